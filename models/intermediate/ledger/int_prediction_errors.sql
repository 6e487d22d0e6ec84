with

predictions as (

    select * from {{ ref('int_predictions_with_status') }}

),

realised as (

    select * from {{ ref('int_predictions_realised') }}

),

outcomes as (

    select * from {{ ref('stg_decision_ledger__outcomes') }}

),

-- values from earlier data stay known when an export no longer reaches back to them
recorded as (

    select *

    from outcomes

    qualify row_number() over (
            partition by decision_id, prediction, use_case
            order by judged_as_of desc, realised_value asc, realised_se asc
        ) = 1

),

predictions_with_values as (

    select
        predictions.*,
        coalesce(realised.realised_value, recorded.realised_value) as realised_value,
        coalesce(realised.realised_se, recorded.realised_se) as realised_se,
        -- half the interval counts as 1.96 standard errors, whichever t it came from
        pow(predictions.predicted_high - predictions.predicted_low, 2)
        / pow(2 * 1.959964e0, 2) as predicted_variance

    from predictions

    left join realised
        on
            predictions.decision_id = realised.decision_id
            and predictions.prediction = realised.prediction
            and predictions.use_case is not distinct from realised.use_case

    -- data that end before the period cannot confirm it, whatever other data recorded
    left join recorded
        on
            predictions.decision_id = recorded.decision_id
            and predictions.prediction = recorded.prediction
            and predictions.use_case is not distinct from recorded.use_case
            and predictions.status <> 'pending'

),

absolute_errors as (

    select
        * {{ exclude_columns('status, predicted_variance') }},
        realised_value - predicted_value as error,
        sqrt(predicted_variance + pow(realised_se, 2)) as error_se,
        case
            when realised_value + realised_se + predicted_variance is not null
                then 'realised'
            when status = 'covered' then 'not_observable'
            else status
        end as status

    from predictions_with_values

),

prediction_errors as (

    select
        * {{ exclude_columns('error_se') }},
        error / nullif(error_se, 0) as error_in_se,
        abs(error) <= 1.959964e0 * error_se + 1e-9 as is_inside

    from absolute_errors

)

select * from prediction_errors
