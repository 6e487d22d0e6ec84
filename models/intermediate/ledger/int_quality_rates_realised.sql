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

    where audit_probability > 0

),

review_draws as (

    select * from {{ ref('review_draws') }}

),

reviews as (

    select * from {{ ref('reviews') }}

),

session_starts as (

    {{ session_starts('batches') }}

),

-- a day with fewer calls than audits is drawn whole, with a probability of 1
calls as (

    select
        interactions.interaction_id,
        interactions.interaction_date,
        interactions.session_id,
        batches.covers_until is not null as is_audited,
        review_draws.interaction_id is not null as is_drawn,
        review_draws.interaction_id is null
        or review_draws.review_probability < 1
        or coalesce(review_draws.review_reason, '') = 'audit' as is_random,
        1 / review_draws.review_probability as label_weight

    from interactions

    left join session_starts on interactions.session_id = session_starts.session_id

    left join batches on {{ could_draw('batches') }}

    left join review_draws
        on
            interactions.interaction_id = review_draws.interaction_id
            and batches.covers_until is not null

),

-- each day is summed once, however many predictions have it in their period
traffic as (

    select
        interaction_date,
        session_id,
        is_random,
        count(*) as calls,
        count(*) filter (where is_audited) as interactions,
        count(*) filter (where is_drawn) as drawn

    from calls

    group by interaction_date, session_id, is_random

),

labels as (

    select
        calls.interaction_date,
        calls.session_id,
        calls.is_random,
        {{ quality_prediction('reviews.dimension') }} as prediction,
        count(*) as labels,
        sum(calls.label_weight) as label_weight,
        sum(calls.label_weight * calls.label_weight) as squared_weight,
        sum(calls.label_weight * reviews.bad_share) as bad_weight

    from calls

    inner join reviews on calls.interaction_id = reviews.interaction_id

    where calls.is_drawn and reviews.bad_share is not null

    group by all

),

by_session as (

    select
        predictions.decision_id,
        predictions.prediction,
        traffic.session_id,
        traffic.is_random,
        any_value(predictions.predicted_value) as predicted_value,
        cast(sum(traffic.calls) as double) as calls,
        cast(sum(traffic.interactions) as double) as interactions,
        sum(traffic.drawn) as drawn,
        coalesce(sum(labels.labels), 0) as labels,
        coalesce(sum(labels.label_weight), 0e0) as label_weight,
        coalesce(sum(labels.squared_weight), 0e0) as squared_weight,
        coalesce(sum(labels.bad_weight), 0e0) as bad_weight

    from predictions

    inner join traffic
        on
            traffic.interaction_date
            between predictions.starts_on and predictions.ends_on

    left join labels
        on
            traffic.interaction_date = labels.interaction_date
            and traffic.session_id is not distinct from labels.session_id
            and traffic.is_random = labels.is_random
            and predictions.prediction = labels.prediction

    where
        predictions.status = 'covered'
        and {{ is_quality_prediction('predictions.prediction') }}

    group by
        predictions.decision_id,
        predictions.prediction,
        traffic.session_id,
        traffic.is_random

),

-- calls that their risk chose stand for themselves, the audited for all others
strata as (

    select
        decision_id,
        prediction,
        is_random,
        any_value(predicted_value) as predicted_value,
        sum(calls) as calls,
        sum(interactions) as interactions,
        sum(drawn) as drawn,
        sum(labels) as labels,
        count(*) filter (where labels > 0) as labelled_sessions,
        sum(label_weight) as label_weight,
        power(sum(label_weight), 2)
        / nullif(sum(squared_weight), 0) as effective_labels,
        sum(bad_weight) / nullif(sum(label_weight), 0) as mean_bad

    from by_session

    group by decision_id, prediction, is_random

),

-- labels that are all equal have no variance; those of a true prediction would
rates as (

    select
        decision_id,
        prediction,
        sum(interactions) as interactions,
        sum(interactions * mean_bad) / sum(interactions) as rate,
        max(
            greatest(
                predicted_value * (1 - predicted_value),
                0.5e0 / effective_labels * (1 - 0.5e0 / effective_labels)
            ) / effective_labels * interactions * interactions
        ) filter (where is_random)
        / power(sum(interactions), 2) as variance_if_true

    from strata

    group by decision_id, prediction

    having
        min(labels / nullif(drawn, 0)) >= {{ knob('quality_min_completion') }}
        and count(mean_bad) = count(*)
        and sum(interactions) >= 0.95e0 * sum(calls)
        and max(labels) filter (where is_random)
        >= {{ knob('quality_min_audit_labels') }}
        and max(labelled_sessions) filter (where is_random)
        >= {{ knob('quality_min_sessions') }}

),

influences as (

    select
        by_session.decision_id,
        by_session.prediction,
        any_value(rates.rate) as rate,
        any_value(rates.interactions) as interactions,
        any_value(rates.variance_if_true) as variance_if_true,
        sum(
            strata.interactions / strata.label_weight
            * (by_session.bad_weight - by_session.label_weight * strata.mean_bad)
            + by_session.interactions * (strata.mean_bad - rates.rate)
        ) as influence

    from by_session

    inner join strata
        on
            by_session.decision_id = strata.decision_id
            and by_session.prediction = strata.prediction
            and by_session.is_random = strata.is_random

    inner join rates
        on
            by_session.decision_id = rates.decision_id
            and by_session.prediction = rates.prediction

    where by_session.interactions > 0

    group by by_session.decision_id, by_session.prediction, by_session.session_id

)

select
    decision_id,
    prediction,
    cast(null as string) as use_case,
    any_value(rate) as realised_value,
    sqrt(
        greatest(
            {{ exact_sum('influence * influence') }}
            * count(*) / nullif(count(*) - 1, 0)
            / power(any_value(interactions), 2),
            any_value(variance_if_true)
        )
    ) as realised_se

from influences

group by decision_id, prediction
