{{ config(materialized='ephemeral') }}

with

predictions as (

    select * from {{ ref('int_predictions_with_status') }}

),

interactions as (

    select * from {{ ref('interactions') }}

),

batches as (

    select * from {{ ref('stg_review_ledger__batches') }}

),

review_draws as (

    select * from {{ ref('review_draws') }}

),

reviews as (

    select * from {{ ref('reviews') }}

),

calls as (

    select
        predictions.decision_id,
        predictions.prediction,
        interactions.session_id,
        coalesce(review_draws.review_probability, batches.audit_probability) < 1
            as is_random,
        review_draws.interaction_id is not null as is_drawn,
        if(reviews.bad_share is null, 0e0, 1 / review_draws.review_probability)
            as label_weight,
        coalesce(reviews.bad_share, 0e0) as bad_share

    from predictions

    inner join interactions
        on
            interactions.interaction_date
            between predictions.starts_on and predictions.ends_on

    inner join batches
        on
            interactions.timestamp_utc > batches.covers_after
            and interactions.timestamp_utc <= batches.covers_until

    left join review_draws on interactions.interaction_id = review_draws.interaction_id

    left join reviews
        on
            review_draws.interaction_id = reviews.interaction_id
            and {{ quality_prediction('reviews.dimension') }} = predictions.prediction

    where
        predictions.status = 'covered'
        and {{ is_quality_prediction('predictions.prediction') }}
        and batches.audit_probability > 0

),

-- calls that their risk chose stand for themselves, the audited for all others
strata as (

    select
        decision_id,
        prediction,
        is_random,
        cast(count(*) as double) as interactions,
        count(*) filter (where is_drawn) as drawn,
        count(*) filter (where label_weight > 0) as labels,
        count(distinct session_id) filter (where label_weight > 0) as labelled_sessions,
        sum(label_weight) as label_weight,
        sum(label_weight * bad_share) / nullif(sum(label_weight), 0) as mean_bad

    from calls

    group by decision_id, prediction, is_random

),

rates as (

    select
        decision_id,
        prediction,
        sum(interactions) as interactions,
        sum(interactions * mean_bad) / sum(interactions) as rate

    from strata

    group by decision_id, prediction

    having
        min(labels / nullif(drawn, 0)) >= {{ knob('quality_min_completion') }}
        and count(mean_bad) = count(*)
        and max(labels) filter (where is_random)
        >= {{ knob('quality_min_audit_labels') }}
        and max(labelled_sessions) filter (where is_random)
        >= {{ knob('quality_min_sessions') }}

),

session_influences as (

    select
        calls.decision_id,
        calls.prediction,
        any_value(rates.rate) as rate,
        any_value(rates.interactions) as interactions,
        sum(
            strata.interactions / strata.label_weight
            * calls.label_weight * (calls.bad_share - strata.mean_bad)
            + strata.mean_bad - rates.rate
        ) as influence

    from calls

    inner join strata
        on
            calls.decision_id = strata.decision_id
            and calls.prediction = strata.prediction
            and calls.is_random = strata.is_random

    inner join rates
        on
            calls.decision_id = rates.decision_id
            and calls.prediction = rates.prediction

    group by calls.decision_id, calls.prediction, calls.session_id

),

realised as (

    select
        decision_id,
        prediction,
        cast(null as string) as use_case,
        any_value(rate) as realised_value,
        sqrt(
            {{ exact_sum('influence * influence') }}
            * count(*) / nullif(count(*) - 1, 0)
        ) / any_value(interactions) as realised_se

    from session_influences

    group by decision_id, prediction

)

select * from realised
