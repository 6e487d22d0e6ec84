{{ config(materialized=cheap_view()) }}

with

routing_contexts as (

    select * from {{ ref('routing_contexts') }}

),

strata as (

    select
        use_case,
        model_provider,
        model_name,
        account_tier,
        channel,
        prompt_length,
        count(*) as interactions,
        count(distinct session_id) as sessions,
        count(is_failure) as known_outcomes,
        count(is_sla_breach) as known_latencies,
        count(cost_usd) as known_costs,
        count(*) filter (where is_failure) as failures,
        count(*) filter (where is_sla_breach) as sla_breaches,
        coalesce({{ exact_sum('cost_usd') }}, 0e0) as cost_usd

    from routing_contexts

    where decision_window = 'evaluation'

    group by all

)

select * from strata
