with

interactions as (

    select * from {{ ref('int_release_rows') }}

),

counted as (

    select
        {{ released_version() }},
        any_value(use_case) as use_case,
        any_value(account_tier) as account_tier,
        cast(session_group as bigint) as session_group,
        count(distinct session_number) as sessions,
        count(*) as interactions,
        count(is_failure) as known_outcomes,
        count(*) filter (where is_failure) as failures,
        count(latency_bin) as known_latencies,
        count(*) filter (where is_sla_breach) as sla_breaches,
        count(*) filter (where is_slow) as slow_interactions,
        count(cost_usd) as known_costs,
        coalesce({{ exact_sum('cost_usd') }}, 0e0) as cost_usd,
        count(response_quality_score) as known_quality_scores,
        coalesce({{ exact_sum('response_quality_score') }}, 0e0) as quality_score_sum

    from interactions

    group by {{ released_sets(['slice_code', 'session_group']) }}

),

known_versions as (

    select * from counted

    where version is not null

)

select * from known_versions
