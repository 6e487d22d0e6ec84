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
        variances.squared_influence / power(estimates.interactions, 2) * estimates.sessions
        / nullif(estimates.sessions - 1, 0) as variance_of_rate,
        least(greatest(estimates.rate, 0e0), 1e0) as clipped_rate,
        cast(greatest(estimates.audit_weighted_labels, 1) as double) as labels,
        greatest(
            estimates.audit_labelled_sessions - 1 - cast(estimates.is_tuned_here as integer), 1
        ) as degrees_of_freedom

    from estimates

    left join variances on {{ same_estimate('estimates', 'variances') }}

),

with_floor as (

    select
        *,
        least(greatest(clipped_rate, 0.5e0 / labels), 1 - 0.5e0 / labels) as inside_rate,
        greatest(
            variance_of_rate,
            0.5e0 / (labels * labels) * power(1 - certain_interactions / interactions, 2)
        ) as floored_variance,
        {{ student_t_quantile('degrees_of_freedom') }} as quantile

    from with_variance

),

intervals as (

    select
        *,
        {{ quality_interval('-', 'greatest') }} as rate_low,
        {{ quality_interval('+', 'least') }} as rate_high

    from with_floor

)

select * from intervals
