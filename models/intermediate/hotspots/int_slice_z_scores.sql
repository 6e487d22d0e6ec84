{{ config(materialized='table') }}

with

slice_metrics as (

    select * from {{ ref('int_slice_effects') }}

),

families as (

    select * from {{ ref('int_slice_heterogeneity') }}

),

cluster_t_scores as (

    select
        slice_metrics.*,
        families.p_value as family_p_value,
        -- empirical Bayes: what of the distance to the family's rate is not noise
        families.rate
        + (slice_metrics.rate - families.rate) * families.variance_between
        / nullif(
            families.variance_between
            + families.design_effect * families.rate * (1e0 - families.rate)
            / slice_metrics.trials,
            0
        ) as eb_rate,
        {{ excess_z(
            'events', 'slice_metrics.trials', 'total_events', 'total_trials'
        ) }}
        / sqrt(greatest(1e0, slice_metrics.design_effect)) as cluster_t,
        slice_metrics.session_groups - 1e0 as degrees_of_freedom

    from slice_metrics

    left join families
        on
            slice_metrics.family = families.family
            and slice_metrics.metric = families.metric

),

z_scores as (

    select
        *,
        -- Wallace (1959): the normal deviate of a t, as the variance is estimated
        coalesce(
            (8 * degrees_of_freedom + 1) / (8 * degrees_of_freedom + 3)
            * sign(cluster_t)
            * sqrt(
                degrees_of_freedom
                * ln(1 + cluster_t * cluster_t / nullif(degrees_of_freedom, 0))
            ),
            0e0
        ) as z

    from cluster_t_scores

)

select * from z_scores
