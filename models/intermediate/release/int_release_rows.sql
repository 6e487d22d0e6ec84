{{ config(materialized='table') }}

with

interactions as {{ not_materialized() }}(

    select
        * {{ exclude_columns('latency_ms') }},
        {{ model_latency_ms() }} as latency_ms

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

released as (

    select
        sessions.session_number,
        -- in turn, not at random: few sessions are each a group of their own
        (sessions.session_number - 1)
        % cast({{ knob('session_groups') }} as integer) as session_group,
        interactions.timestamp_utc,
        coalesce(interactions.use_case, 'unknown') as use_case,
        coalesce(interactions.account_tier, 'unknown') as account_tier,
        interactions.prompt_version,
        interactions.model_name,
        interactions.model_provider,
        {{ iso_week('interactions.timestamp_utc') }} as week,
        interactions.is_failure,
        interactions.is_sla_breach,
        interactions.latency_ms > tail.p95_latency_ms as is_slow,
        -- a hundred-and-first larger than the one before: a quantile is known to 1 %
        case
            when interactions.latency_ms > 1
                then cast(floor(ln(interactions.latency_ms) / ln(1.01e0)) as integer)
            when interactions.latency_ms is not null then 0
        end as latency_bin,
        interactions.cost_usd,
        interactions.response_quality_score

    from interactions

    inner join sessions on interactions.session_id = sessions.session_id

    cross join tail

),

coded as (

    select
        *,
        {% for column in released_columns().split(', ') -%}
        {{ name_code(column) }} as {{ column }}_code,
        {% endfor -%}
        {{ name_code('use_case, account_tier') }} as slice_code

    from released

)

select * from coded
