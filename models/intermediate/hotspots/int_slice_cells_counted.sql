with

interactions as {{ not_materialized() }}(

    select * from {{ ref('int_slice_rows') }}

),

combinations as (

    select * from {{ ref('int_dimension_combinations') }}

),

sessions as (

    select
        session_id,
        -- in turn, not at random: few sessions are each a group of their own
        (row_number() over (order by session_id) - 1)
        % cast({{ knob('session_groups') }} as bigint) as session_group

    from interactions

    group by session_id

),

counted as (

    select
        {{ slice_dimensions() }},
        sessions.session_group,
        cast(count(*) as integer) as interactions,
        cast(count(*) filter (where interactions.is_failure) as integer)
            as failures,
        cast(count(interactions.latency_ms) as integer) as measured_latencies,
        cast(count(*) filter (where interactions.is_sla_breach) as integer)
            as sla_breaches

    from interactions

    inner join sessions on interactions.session_id = sessions.session_id

    group by {{ slice_dimensions() }}, sessions.session_group

),

coded as (

    select
        {{ slice_dimensions('_code') }},
        counted.session_group,
        counted.interactions,
        counted.failures,
        counted.measured_latencies,
        counted.sla_breaches

    from counted

    inner join combinations on {{ same_slice('counted', 'combinations', suffix='') }}

)

select * from coded
