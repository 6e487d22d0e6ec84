{{ config(materialized='table') }}

with

contributions as (

    select * from {{ ref('int_quality_contributions') }}

),

estimates as (

    select * from {{ ref('int_quality_estimates') }}

),

quality_weights as (

    select * from {{ ref('int_quality_weights') }}

),

-- one row per label of an audit and scope
labels as (

    {% for kind in quality_scopes().split() -%}
    select
        dimension,
        evaluator,
        evaluator_version,
        '{{ kind }}' as scope_kind,
        {{ kind }} as scope,
        session_id,
        label_weight,
        bad_share,
        score

    from quality_weights

    where is_random and label_weight > 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

residuals as (

    select
        {{ quality_keys('labels') }},
        labels.session_id,
        estimates.audit_label_scale * labels.label_weight as weight,
        (labels.bad_share - estimates.audit_mean_bad)
        - estimates.lambda_weight * (labels.score - estimates.audit_mean_labelled_score)
            as residual,
        -- the leverage of a label, as in HC3 (MacKinnon and White, 1985)
        estimates.audit_label_scale * labels.label_weight * (
            1 / estimates.audit_interactions
            + if(
                estimates.is_tuned_here and estimates.audit_score_spread > 0,
                power(labels.score - estimates.audit_mean_labelled_score, 2)
                / estimates.audit_score_spread,
                0e0
            )
        ) as leverage

    from labels

    inner join estimates on {{ same_estimate('labels', 'estimates') }}

),

adjustments as (

    select
        {{ quality_keys() }},
        session_id,
        sum(weight * residual * (1 / (1 - least(leverage, 0.75e0)) - 1)) as adjustment

    from residuals

    group by {{ quality_keys() }}, session_id

),

influences as (

    select
        {{ quality_keys('contributions') }},
        contributions.session_id,
        contributions.of_labels
        - estimates.lambda_weight * contributions.of_scores
        + coalesce(adjustments.adjustment, 0) as influence

    from contributions

    inner join estimates on {{ same_estimate('contributions', 'estimates') }}

    left join adjustments
        on
            {{ same_estimate('contributions', 'adjustments') }}
            and contributions.session_id = adjustments.session_id

)

select * from influences
