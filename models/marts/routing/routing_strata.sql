with

routing_evaluation_rows as (

    select * from {{ ref('routing_evaluation_rows') }}

),

counted as (

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

    from routing_evaluation_rows

    group by all

)

select * from counted
