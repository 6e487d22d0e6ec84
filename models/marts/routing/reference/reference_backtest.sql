with

reference_policy as (

    select * from {{ ref('reference_policy') }}

),

routing_outcomes as (

    select * from {{ ref('routing_outcomes') }}

),

weighted as (

    select
        *,
        sum(interactions) over (partition by use_case) as traffic

    from routing_outcomes

),

baseline as (

    select
        cast(coalesce(sum(interactions), 0) as bigint) as requests,
        count(distinct use_case) as use_cases_total,
        sum(failures) / cast(nullif(sum(interactions - missing_outcomes), 0) as double)
            as fail_rate,
        sum(sla_breaches)
        / cast(nullif(sum(interactions - missing_latencies), 0) as double)
            as breach_rate,
        {{ exact_sum('cost_usd') }}
        / nullif(sum(interactions - missing_costs), 0) as request_cost_usd,
        request_cost_usd
        + {{ knob('failure_event_cost_usd') }} * fail_rate
        + {{ knob('sla_breach_penalty_usd') }} * breach_rate as unit_cost

    from routing_outcomes

),

policy as (

    select
        count(*) as use_cases_covered,
        {{ exact_sum('weighted.traffic * weighted.failure_rate') }}
        / sum(weighted.traffic) filter (where weighted.failure_rate is not null)
            as fail_rate,
        {{ exact_sum('weighted.traffic * weighted.expected_unit_cost_usd') }}
        / sum(weighted.traffic) filter (
            where weighted.expected_unit_cost_usd is not null
        ) as unit_cost

    from weighted

    inner join reference_policy
        on
            weighted.use_case = reference_policy.use_case
            and weighted.model_provider = reference_policy.model_provider
            and weighted.model_name = reference_policy.model_name

),

compared as (

    select
        'evaluation' as evaluation_window,
        baseline.requests,
        baseline.use_cases_total,
        policy.use_cases_covered,
        baseline.fail_rate as baseline_expected_fail_rate,
        policy.fail_rate as policy_expected_fail_rate,
        policy.fail_rate - baseline.fail_rate as fail_rate_delta_vs_baseline,
        baseline.unit_cost as baseline_expected_unit_cost,
        policy.unit_cost as policy_expected_unit_cost,
        policy.unit_cost - baseline.unit_cost as unit_cost_delta_vs_baseline,
        baseline.unit_cost * baseline.requests as baseline_total_expected_cost,
        policy.unit_cost * baseline.requests as policy_total_expected_cost,
        (policy.unit_cost - baseline.unit_cost) * baseline.requests
            as total_expected_cost_delta_vs_baseline

    from baseline

    cross join policy

)

select * from compared
