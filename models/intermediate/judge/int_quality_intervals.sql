{{ config(materialized='table') }}

with

estimates as (

    select * from {{ ref('int_quality_estimates') }}

),

influences as (

    select * from {{ ref('int_quality_influences') }}

),

variances as (

    select
        {{ quality_keys() }},
        {{ exact_sum('influence * influence') }} as squared_influence

    from influences

    group by {{ quality_keys() }}

),

with_variance as (

    select
        estimates.*,
        variances.squared_influence
        / power(estimates.interactions, 2)
        * estimates.sessions
        / nullif(estimates.sessions - 1, 0) as variance_of_rate,
        estimates.certain_bad / estimates.interactions as certain_rate,
        1 - estimates.certain_interactions / estimates.interactions as audit_share,
        cast(greatest(estimates.audit_weighted_labels, 1) as double) as labels,
        -- one session with most of the labels says little of the others; weights that
        -- are equal may miss a whole number
        greatest(
            cast(floor(estimates.audit_effective_sessions + 1e-9) as integer)
            - 1
            - cast(estimates.is_tuned_here as integer),
            1
        ) as degrees_of_freedom

    from estimates

    left join variances on {{ same_estimate('estimates', 'variances') }}

),

-- only the audits are a sample: what was chosen by its risk is known
with_audit_rate as (

    select
        *,
        least(
            greatest((rate - certain_rate) / nullif(audit_share, 0), 0e0), 1e0
        ) as audit_rate,
        certain_rate + audit_share * audit_rate as clipped_rate

    from with_variance

),

with_floor as (

    select
        *,
        least(greatest(audit_rate, 0.5e0 / labels), 1 - 0.5e0 / labels)
            as inside_audit_rate,
        least(greatest(clipped_rate, 0.5e0 / labels), 1 - 0.5e0 / labels)
            as inside_rate,
        greatest(
            variance_of_rate,
            0.5e0
            / (labels * labels)
            * power(audit_share, 2)
        ) as floored_variance,
        {{ student_t_quantile('degrees_of_freedom') }} as quantile

    from with_audit_rate

),

intervals as (

    select
        *,
        {{ quality_interval('-', 'greatest') }} as rate_low,
        {{ quality_interval('+', 'least') }} as rate_high

    from with_floor

)

select * from intervals
