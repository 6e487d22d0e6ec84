{{ config(materialized='table') }}

with

quality_sessions as (

    select * from {{ ref('int_quality_sessions') }}

),

strata as (

    select * from {{ ref('int_quality_strata') }}

),

-- a stratum without labels has no mean, and its scope no estimate
scopes as (

    select
        {{ quality_keys() }},
        sum(interactions) as interactions,
        if(
            count(mean_bad) = count(*),
            {{ exact_sum('interactions * mean_bad') }} / sum(interactions),
            null
        ) as rate_of_labels,
        if(
            count(mean_labelled_score) = count(*) and count(mean_score) = count(*),
            {{ exact_sum('interactions * (mean_labelled_score - mean_score)') }}
            / sum(interactions),
            null
        ) as score_gap

    from strata

    group by {{ quality_keys() }}

),

contributions as (

    select
        {{ quality_keys('quality_sessions') }},
        quality_sessions.session_id,
        any_value(scopes.interactions) as scope_interactions,
        any_value(scopes.rate_of_labels) as rate_of_labels,
        any_value(scopes.score_gap) as score_gap,
        sum(
            strata.label_scale * (
                quality_sessions.bad_weight
                - strata.mean_bad * quality_sessions.label_weight
            )
            + quality_sessions.interactions * (strata.mean_bad - scopes.rate_of_labels)
        ) as of_labels,
        sum(
            strata.label_scale * (
                quality_sessions.label_weight_score
                - strata.mean_labelled_score * quality_sessions.label_weight
            )
            - strata.score_scale * (
                quality_sessions.score_weight_score
                - strata.mean_score * quality_sessions.score_weight
            )
            + quality_sessions.interactions * (
                strata.mean_labelled_score - strata.mean_score - scopes.score_gap
            )
        ) as of_scores

    from quality_sessions

    inner join strata
        on
            {{ same_estimate('quality_sessions', 'strata') }}
            and quality_sessions.is_random = strata.is_random

    inner join scopes on {{ same_estimate('quality_sessions', 'scopes') }}

    group by {{ quality_keys('quality_sessions') }}, quality_sessions.session_id

)

select * from contributions
