{{ config(materialized='table') }}

with

quality_weights as (

    select * from {{ ref('int_quality_weights') }}

),

quality_sessions as (

    {% for kind in quality_scopes().split() -%}
    select
        dimension,
        evaluator,
        evaluator_version,
        '{{ kind }}' as scope_kind,
        {{ kind }} as scope,
        session_id,
        is_random,
        count(*) as interactions,
        count(*) filter (where is_drawn) as drawn,
        count(*) filter (where is_labelled) as labelled,
        count(*) filter (where score is not null) as scored,
        -- what is drawn is scored, of all others a sample
        {{ exact_sum('if(is_drawn, 1e0, sample_share)') }} as expected_scores,
        {{ exact_sum('if(is_drawn, 0e0, sample_share * (1 - sample_share))') }}
            as variance_of_scores,
        count(*) filter (where label_weight > 0) as weighted_labels,
        {{ exact_sum('if(label_weight > 0, bad_share, 0e0)') }} as bad_labels,
        {{ exact_sum('label_weight') }} as label_weight,
        {{ exact_sum('label_weight * coalesce(bad_share, 0)') }} as bad_weight,
        {{ exact_sum('label_weight * coalesce(score, 0)') }} as label_weight_score,
        {{ exact_sum('label_weight * coalesce(score * score, 0)') }}
            as label_weight_squared_score,
        {{ exact_sum('score_weight') }} as score_weight,
        {{ exact_sum('score_weight * coalesce(score, 0)') }} as score_weight_score

    from quality_weights

    group by dimension, evaluator, evaluator_version, {{ kind }}, session_id, is_random
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from quality_sessions
