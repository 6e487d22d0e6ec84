{{ config(materialized='table') }}

with

interactions as {{ not_materialized() }}(

    select * from {{ ref('int_slice_rows') }}

),

combinations as (

    select * from {{ ref('int_dimension_combinations') }}

),

slices as (

    select * from {{ ref('int_slices') }}

),

sessions as (

    select
        session_id,
        {{ session_group('row_number() over (order by session_id)') }} as session_group

    from interactions

    group by session_id

),

combination_groups as (

    select
        interactions.combination_code,
        sessions.session_group,
        cast(count(*) as integer) as interactions,
        cast(count(*) filter (where interactions.is_failure) as integer)
            as failures,
        cast(count(interactions.latency_ms) as integer) as measured_latencies,
        cast(count(*) filter (where interactions.is_sla_breach) as integer)
            as sla_breaches

    from interactions

    inner join sessions on interactions.session_id = sessions.session_id

    group by interactions.combination_code, sessions.session_group

),

cells as (

    select
        {{ slice_dimensions('_code') }},
        combination_groups.session_group,
        combination_groups.interactions,
        combination_groups.failures,
        combination_groups.measured_latencies,
        combination_groups.sla_breaches

    from combination_groups

    inner join combinations
        on combination_groups.combination_code = combinations.combination_code

),

slice_groups as (
    -- noqa: disable=LT02,LT05
    {{ slice_rollups('cells', 'session_group', '
        cast(sum(interactions) as bigint) as interactions,
        cast(sum(failures) as bigint) as failures,
        cast(sum(measured_latencies) as bigint) as measured_latencies,
        cast(sum(sla_breaches) as bigint) as sla_breaches') }}
    -- noqa: enable=LT02,LT05
),

cluster_sums as (

    select
        {{ slice_dimensions('_code') }},
        {{ clustered_counts('failures', 'interactions') }},
        {{ clustered_counts('sla_breaches', 'measured_latencies') }}

    from slice_groups

    group by {{ slice_dimensions('_code') }}

),

named as (

    select
        slices.slice,
        cluster_sums.failures,
        cluster_sums.sla_breaches

    from cluster_sums

    inner join slices on {{ same_slice('cluster_sums', 'slices') }}

),

metrics as (

    select
        slice,
        'failures' as metric,
        failures.*  -- noqa: RF01

    from named

    union all

    select
        slice,
        'sla_breaches' as metric,
        sla_breaches.*  -- noqa: RF01

    from named

)

select * from metrics
