with

evaluations as (

    select * from {{ ref('int_evaluations_named') }}

),

judged as (

    select
        evaluation_id,
        interaction_id,
        trace_id,
        span_id,
        response_id,
        timestamp_utc,
        evaluation_name,
        score,
        label,
        evaluator,
        source

    from evaluations

    where contract_column is distinct from 'user_feedback_score'

)

select * from judged
