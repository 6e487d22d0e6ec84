{{ config(materialized='ephemeral') }}

{%- set keys = 'dimension, evaluator, evaluator_version' -%}
{%- set total_columns -%}
    totals.dimension, totals.evaluator, totals.evaluator_version,
        totals.effective_labels, totals.all_spread, totals.length_slope
{%- endset -%}

with

interactions as (

    select * from {{ ref('interactions') }}

),

quality_weights as (

    select * from {{ ref('int_quality_weights') }}

),

labels as (

    select
        {{ keys }},
        quality_weights.session_id,
        quality_weights.label_weight as weight,
        quality_weights.bad_share >= 0.5 as is_bad,
        quality_weights.score,
        log2(interactions.completion_tokens) as log_length

    from quality_weights

    inner join interactions
        on quality_weights.interaction_id = interactions.interaction_id

    where
        quality_weights.evaluator != 'none'
        and quality_weights.label_weight > 0
        and quality_weights.score is not null
        and interactions.completion_tokens > 0

),

deviations as (

    select
        {{ keys }},
        session_id,
        weight,
        log_length
        - sum(weight * log_length) over same_label / sum(weight) over same_label
            as length_deviation,
        score - sum(weight * score) over same_label / sum(weight) over same_label
            as score_deviation

    from labels

    window same_label as (partition by {{ keys }}, is_bad)

),

totals as (

    select
        {{ keys }},
        {{ effective_number('weight') }} as effective_labels,
        sum(weight * length_deviation * length_deviation) as all_spread,
        sum(weight * length_deviation * score_deviation)
        / nullif(sum(weight * length_deviation * length_deviation), 0) as length_slope

    from deviations

    group by {{ keys }}

    -- lengths that are equal may miss their mean by rounding
    having max(abs(length_deviation)) > 1e-9

),

sessions as (

    select
        {{ total_columns }},
        sum(deviations.weight * power(deviations.length_deviation, 2)) as spread,
        sum(
            deviations.weight * deviations.length_deviation * (
                deviations.score_deviation
                - totals.length_slope * deviations.length_deviation
            )
        ) as influence

    from deviations

    inner join totals on {{ same_version('deviations', 'totals') }}

    group by {{ total_columns }}, deviations.session_id

),

-- with the leverage of each session, as of a rate
variances as (

    select
        {{ keys }},
        effective_labels,
        length_slope,
        sum(power(influence / (1 - least(spread / all_spread, 0.75e0)), 2))
        / power(all_spread, 2) as variance,
        {{ effective_number('spread') }} as effective_sessions

    from sessions

    group by {{ keys }}, effective_labels, length_slope, all_spread

),

reaches as (

    select
        {{ keys }},
        length_slope,
        case
            when effective_labels >= {{ least_agreement_labels() }}
                then {{ agreement_quantile('effective_sessions') }} * sqrt(variance)
        end as reach

    from variances

),

evaluator_length_slopes as (

    select
        {{ keys }},
        length_slope,
        length_slope - reach as length_slope_low,
        length_slope + reach as length_slope_high

    from reaches

)

select * from evaluator_length_slopes
