with

routing_gap_strata as (

    select * from {{ ref('int_routing_gap_strata') }}

),

-- the ratio of two sums over sessions, linearised
strata_variances as (

    select
        *,
        sessions / (sessions - 1e0) * greatest(
            squares
            - 2 * mean_usd * products
            + mean_usd * mean_usd * squared_interactions,
            0e0
        ) / (interactions * interactions) as variance

    from routing_gap_strata

),

stratum_gaps as (

    select
        arm.decision_id,
        arm.prediction,
        arm.use_case,
        arm.interactions as arm_interactions,
        arm.interactions + others.interactions as weight,
        arm.mean_usd - others.mean_usd as gap_usd,
        arm.variance + others.variance as variance

    from strata_variances as arm

    inner join strata_variances as others
        on
            arm.decision_id = others.decision_id
            and arm.use_case = others.use_case
            and arm.account_tier is not distinct from others.account_tier
            and arm.channel is not distinct from others.channel
            and arm.is_on_arm
            and not others.is_on_arm

),

routing_gaps as (

    select
        decision_id,
        prediction,
        use_case,
        {{ exact_sum('weight * gap_usd') }} / sum(weight) as realised_value,
        sqrt({{ exact_sum('weight * weight * variance') }}) / sum(weight) as realised_se

    from stratum_gaps

    group by all

    having sum(arm_interactions) >= {{ knob('min_requests_policy') }}

)

select * from routing_gaps
