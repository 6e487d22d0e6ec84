{{ config(materialized='table') }}

{%- set pool = 'by_scope.dimension, by_scope.evaluator, by_scope.evaluator_version,
    by_scope.scope_kind' -%}

with

strata as (

    select * from {{ ref('int_quality_strata') }}

),

contributions as (

    select * from {{ ref('int_quality_contributions') }}

),

by_scope as (

    select
        {{ quality_keys() }},
        count(*) as sessions,
        any_value(rate_of_labels) as rate_of_labels,
        any_value(score_gap) as score_gap,
        {{ exact_sum('of_labels * of_scores') }}
        / power(any_value(scope_interactions), 2)
            as covariance,
        {{ exact_sum('of_scores * of_scores') }}
        / power(any_value(scope_interactions), 2)
            as variance

    from contributions

    group by {{ quality_keys() }}

),

counts as (

    select
        {{ quality_keys() }},
        sum(interactions) as interactions,
        sum(interactions * mean_score) / sum(interactions) as evaluator_mean,
        {%- for name in [
            'interactions', 'drawn', 'labelled', 'scored', 'expected_scores',
            'variance_of_scores', 'weighted_labels', 'bad_labels', 'labelled_sessions', 'effective_sessions',
            'label_scale', 'mean_bad', 'mean_labelled_score', 'score_spread'
        ] %}
        sum({{ name }}) filter (where is_random) as audit_{{ name }},
        {%- endfor %}
        coalesce(sum(interactions) filter (where not is_random), 0)
            as certain_interactions,
        coalesce(sum(interactions * mean_bad) filter (where not is_random), 0e0)
            as certain_bad,
        coalesce(sum(labelled) filter (where not is_random), 0) as certain_labels,
        sum(bad_labels) as bad_labels

    from strata

    group by {{ quality_keys() }}

),

-- what an evaluator explains is learnt from all scopes of a kind
pooled as (

    select
        by_scope.*,
        counts.* {{ exclude_columns(
            'dimension, evaluator, evaluator_version, scope_kind, scope'
        ) }},
        sum(by_scope.covariance) over (partition by {{ pool }}) as pooled_covariance,
        sum(by_scope.variance) over (partition by {{ pool }}) as pooled_variance,
        sum(counts.audit_bad_labels)
            over (partition by {{ pool }})
            as pooled_bad_labels,
        sum(counts.audit_weighted_labels) over (partition by {{ pool }})
            as pooled_labels

    from by_scope

    inner join counts on {{ same_estimate('by_scope', 'counts') }}

),

with_lambda as (

    select
        *,
        least(pooled_bad_labels, pooled_labels - pooled_bad_labels) as rarer_labels,
        case
            when evaluator = 'none' or pooled_variance = 0 then 0e0
            when least(pooled_bad_labels, pooled_labels - pooled_bad_labels)
                < {{ knob('quality_min_bad_pooled') }} then 0e0
            else least(greatest(pooled_covariance / pooled_variance, 0e0), 1e0)
        end as lambda_weight

    from pooled

),

estimates as (

    select
        *,
        -- a weight that these very labels set costs a degree of freedom
        lambda_weight > 0 and variance > 0.5 * pooled_variance as is_tuned_here,
        rate_of_labels - lambda_weight * score_gap as rate

    from with_lambda

)

select * from estimates
