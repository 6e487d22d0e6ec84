with

predictions as (

    select * from {{ ref('int_predictions_with_status') }}

),

unit_costs_by_day as (

    select * from {{ ref('unit_costs_by_day') }}

),

realised as (

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

)

select * from realised
