with

predictions as (

    select * from {{ ref('int_predictions_with_status') }}

),

observed as (

    select * from {{ ref('int_outcomes_observed') }}

),

outcomes as (

    select * from {{ ref('stg_decision_ledger__outcomes') }}

),

-- what earlier data said stays known when an export no longer reaches back to it
recorded as (

    select *

    from outcomes

    qualify row_number() over (
            partition by decision_id, prediction, use_case
            order by judged_as_of desc, realised_value asc, realised_se asc
        ) = 1

),

compared as (

    select
        predictions.*,
        coalesce(observed.realised_value, recorded.realised_value) as realised_value,
        coalesce(observed.realised_se, recorded.realised_se) as realised_se,
        -- half the interval holds 1.96 errors of a normal, whatever t it came from
        pow(predictions.predicted_high - predictions.predicted_low, 2)
        / pow(2 * 1.959964e0, 2) as predicted_variance

    from predictions

    left join observed
        on
            predictions.decision_id = observed.decision_id
            and predictions.prediction = observed.prediction
            and predictions.use_case is not distinct from observed.use_case

    -- data that end before the period know nothing of it, whatever others have seen
    left join recorded
        on
            predictions.decision_id = recorded.decision_id
            and predictions.prediction = recorded.prediction
            and predictions.use_case is not distinct from recorded.use_case
            and predictions.status <> 'pending'

),

measured as (

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

    from compared

),

judged as (

    select
        * {{ exclude_columns('error_se') }},
        error / nullif(error_se, 0) as error_in_se,
        abs(error) <= 1.959964e0 * error_se + 1e-9 as is_inside

    from measured

)

select * from judged
