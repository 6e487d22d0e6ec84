with

cells as (

    select * from {{ ref('int_routing_gap_strata') }}

),

-- the ratio of two sums over sessions, linearised
measured as (

    select
        *,
        sessions / (sessions - 1e0) * greatest(
            squares
            - 2 * mean_usd * products
            + mean_usd * mean_usd * squared_interactions,
            0e0
        ) / (interactions * interactions) as variance

    from cells

),

strata as (

    select
        arm.decision_id,
        arm.prediction,
        arm.use_case,
        arm.interactions as arm_interactions,
        arm.interactions + others.interactions as weight,
        arm.mean_usd - others.mean_usd as gap_usd,
        arm.variance + others.variance as variance

    from measured as arm

    inner join measured as others
        on
            arm.decision_id = others.decision_id
            and arm.use_case = others.use_case
            and arm.account_tier is not distinct from others.account_tier
            and arm.channel is not distinct from others.channel
            and arm.is_on_arm
            and not others.is_on_arm

),

realised as (

    select
        decision_id,
        prediction,
        use_case,
        {{ exact_sum('weight * gap_usd') }} / sum(weight) as realised_value,
        sqrt({{ exact_sum('weight * weight * variance') }}) / sum(weight) as realised_se

    from strata

    group by all

    having sum(arm_interactions) >= {{ knob('min_requests_policy') }}

)

select * from realised
