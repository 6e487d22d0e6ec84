with

interactions as {{ not_materialized() }}(

    select
        * {{ exclude_columns('latency_ms') }},
        {{ model_latency_ms() }} as latency_ms,
        {{ release_keys() }}

    from {{ ref('interactions') }}

),

sessions as (

    select
        session_id,
        cast(row_number() over (order by session_id) as integer) as session_number

    from interactions

    group by session_id

),

tail as (

    -- one line for all versions: the share beyond it says how sessions cluster there
    select percentile_cont(0.95) within group (order by latency_ms) as p95_latency_ms

    from interactions

),

release_rows as (

    select
        sessions.session_number,
        {{ session_group('sessions.session_number') }} as session_group,
        {% for column in released_columns().split(', ') -%}
        interactions.{{ column }}_code,
        {% endfor -%}
        interactions.slice_code,
        interactions.is_failure,
        interactions.is_sla_breach,
        interactions.latency_ms > tail.p95_latency_ms as is_slow,
        -- a quantile read off these bins is known to 1 %
        {{ latency_bin('interactions.latency_ms') }} as latency_bin,
        interactions.cost_usd,
        interactions.response_quality_score

    from interactions

    inner join sessions on interactions.session_id = sessions.session_id

    cross join tail

)

select * from release_rows
