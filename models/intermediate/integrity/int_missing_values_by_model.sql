with

interactions as (

    select * from {{ ref('int_interactions_classified') }}

),

session_groups as (

    select
        concat_ws(' ', model_provider, model_name) as arm,
        {{ drawn_place(knob('session_groups'), 'session_id') }} as session_group,
        count(*) - count(is_failure) as unknown_outcomes,
        count(*) - count(latency_ms) as missing_latencies,
        count(*) - count(cost_usd) as missing_costs,
        count(*) as interactions

    from interactions

    where model_name is not null and cache_hit is not true

    group by all

),

arms as (

    select
        arm,
        {{ clustered_counts('unknown_outcomes', 'interactions') }},
        {{ clustered_counts('missing_latencies', 'interactions') }},
        {{ clustered_counts('missing_costs', 'interactions') }}

    from session_groups

    group by arm

),

missing_values as (

    select
        arm,
        'is_failure' as column_name,
        {{ knob('missing_budget_share') }} * {{ knob('fail_budget') }}
            as max_difference,
        unknown_outcomes.*

    from arms

    union all

    select
        arm,
        'latency_ms' as column_name,
        {{ knob('missing_budget_share') }} * {{ knob('sla_budget') }}
            as max_difference,
        missing_latencies.*

    from arms

    union all

    select
        arm,
        'cost_usd' as column_name,
        {{ knob('missing_budget_share') }} * {{ knob('max_cost_missing_rate') }}
            as max_difference,
        missing_costs.*

    from arms

)

select * from missing_values
