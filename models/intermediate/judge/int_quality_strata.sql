{{ config(materialized='ephemeral') }}

with

quality_sessions as (

    select * from {{ ref('int_quality_sessions') }}

),

strata as (

    select
        {{ quality_keys() }},
        is_random,
        cast(sum(interactions) as double) as interactions,
        sum(drawn) as drawn,
        sum(labelled) as labelled,
        sum(scored) as scored,
        {{ exact_sum('expected_scores') }} as expected_scores,
        {{ exact_sum('variance_of_scores') }} as variance_of_scores,
        sum(weighted_labels) as weighted_labels,
        {{ exact_sum('bad_labels') }} as bad_labels,
        count(*) filter (where weighted_labels > 0) as labelled_sessions,
        {{ effective_number('weighted_labels') }} as effective_sessions,
        {{ exact_sum('label_weight') }} as label_weight,
        {{ exact_sum('bad_weight') }} as bad_weight,
        {{ exact_sum('label_weight_score') }} as label_weight_score,
        {{ exact_sum('label_weight_squared_score') }} as label_weight_squared_score,
        {{ exact_sum('score_weight') }} as score_weight,
        {{ exact_sum('score_weight_score') }} as score_weight_score

    from quality_sessions

    group by {{ quality_keys() }}, is_random

),

-- Hajek: the weights of a stratum add up to its calls
with_means as (

    select
        *,
        interactions / nullif(label_weight, 0) as label_scale,
        interactions / nullif(score_weight, 0) as score_scale,
        bad_weight / nullif(label_weight, 0) as mean_bad,
        label_weight_score / nullif(label_weight, 0) as mean_labelled_score,
        score_weight_score / nullif(score_weight, 0) as mean_score

    from strata

),

with_spread as (

    select
        *,
        label_scale * (
            label_weight_squared_score
            - 2 * mean_labelled_score * label_weight_score
            + mean_labelled_score * mean_labelled_score * label_weight
        ) as score_spread

    from with_means

)

select * from with_spread
