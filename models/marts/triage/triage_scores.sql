{{ config(materialized=cheap_view()) }}

with

interactions as (

    select * from {{ ref('int_triage_log_odds') }}

),

scorecard as (

    select * from {{ ref('triage_scorecard') }}

),

line as (

    select
        any_value(weight) filter (where term = 'calibration_intercept') as intercept,
        any_value(weight) filter (where term = 'calibration_slope') as slope

    from scorecard

),

knots as (

    select
        log_odds,
        weight as probability,
        lead(log_odds) over by_log_odds as until_log_odds,
        coalesce(lead(log_odds) over by_log_odds, log_odds + 1) as next_log_odds,
        coalesce(lead(weight) over by_log_odds, weight) as next_probability

    from scorecard

    where kind = 'knot'

    window by_log_odds as (order by log_odds, weight)

),

-- where there are knots, the probability is a line from one to the next
scores as (

    select
        interactions.interaction_id,
        interactions.log_odds,
        round(
            coalesce(
                knots.probability
                + (knots.next_probability - knots.probability)
                * (interactions.log_odds - knots.log_odds)
                / (knots.next_log_odds - knots.log_odds),
                1 / (1 + exp(-line.intercept - line.slope * interactions.log_odds))
            ),
            10
        ) as proba_failure

    from interactions

    cross join line

    {{ join_latest('knots', 'interactions.log_odds', 'log_odds', 'until_log_odds') }}

)

select * from scores
