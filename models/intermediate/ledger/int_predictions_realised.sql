with

predictions as (

    select * from {{ ref('int_predictions_with_status') }}

),

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

unit_costs_by_day as (

    select * from {{ ref('unit_costs_by_day') }}

),

routing_gaps as (

    select * from {{ ref('int_routing_gaps_realised') }}

),

quality_rates as (

    select * from {{ ref('int_quality_rates_realised') }}

),

traffic as (

    select
        predictions.decision_id,
        predictions.prediction,
        any_value(predictions.review_policy) as review_policy,
        any_value(predictions.period_days) as period_days,
        cast(sum(health_by_day.interactions) as double) as interactions,
        {{ exact_sum('health_by_day.cost_usd') }} as cost_usd,
        sum(health_by_day.failures) / cast(
            nullif(sum(health_by_day.known_outcomes), 0) as double
        ) as failure_rate,
        sum(health_by_day.sla_breaches) / cast(
            nullif(sum(health_by_day.measured_latencies), 0) as double
        ) as sla_breach_rate

    from predictions

    inner join health_by_day
        on
            health_by_day.interaction_date
            between predictions.starts_on and predictions.ends_on

    where
        predictions.status = 'covered'
        and predictions.prediction not in ('unit_cost', 'routing_gap')
        and not {{ is_quality_prediction('predictions.prediction') }}

    group by predictions.decision_id, predictions.prediction

),

unit_costs as (

    select
        predictions.decision_id,
        predictions.prediction,
        predictions.use_case,
        {{ exact_sum('unit_costs_by_day.unit_cost_usd') }} / cast(
            nullif(sum(unit_costs_by_day.complete_interactions), 0) as double
        ) as realised_value

    from predictions

    inner join unit_costs_by_day
        on
            predictions.use_case = unit_costs_by_day.use_case
            and unit_costs_by_day.interaction_date
            between predictions.starts_on and predictions.ends_on

    where
        predictions.status = 'covered'
        and predictions.prediction = 'unit_cost'

    group by all

),

-- what is counted has no standard error
realised as (

    select
        decision_id,
        prediction,
        cast(null as string) as use_case,
        case
            when prediction = 'interactions_per_day' then interactions / period_days
            when prediction = 'cost_per_day' then cost_usd / period_days
            when prediction = 'failure_rate' then failure_rate
            when prediction = 'sla_breach_rate' then sla_breach_rate
            -- no source records the queue of another policy
            when prediction = 'reviews_per_day' and review_policy = 'review_all'
                then interactions / period_days
        end as realised_value,
        0e0 as realised_se

    from traffic

    union all

    select
        decision_id,
        prediction,
        use_case,
        realised_value,
        0e0 as realised_se

    from unit_costs

    union all

    select * from routing_gaps

    union all

    select * from quality_rates

)

select * from realised
