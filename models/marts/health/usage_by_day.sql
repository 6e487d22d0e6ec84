with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

daily_usage as (

    select
        interaction_date,
        source,
        coalesce(use_case, 'unknown') as use_case,
        coalesce(model_provider, 'unknown') as model_provider,
        coalesce(model_name, 'unknown') as model_name,
        coalesce(prompt_version, 'unknown') as prompt_version,
        count(*) as interactions,
        count(*) filter (where is_final_attempt) as operations,
        count(is_operation_failure) as known_outcomes,
        count(*) filter (where is_operation_failure) as failures,
        count(is_operation_sla_breach) as measured_latencies,
        count(*) filter (where is_operation_sla_breach) as sla_breaches,
        count(cost_usd) as costed_interactions,
        count(*) filter (where cost_source = 'logged' and cost_usd <> 0)
            as logged_costs,
        cast(coalesce(sum(cast(cost_usd as decimal(18, 12))), 0) as decimal(38, 12))
            as cost_usd,
        cast(coalesce(sum(total_tokens), 0) as bigint) as total_tokens,
        {{ quality_counts() }}

    from interactions

    group by all

),

usage_with_rates as (

    select
        *,
        {{ quality_rates() }}

    from daily_usage
    {{ carry_forward('usage_by_day') }}

)

select * from usage_with_rates
