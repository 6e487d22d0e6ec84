{{ config(materialized=cheap_view()) }}

with

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

flags_of_calls as (

    {{ evaluations_of_calls(ref('interactions'), [
        'hallucination_flag', 'toxicity_flag', 'formatting_error_flag',
        'response_quality_score'
    ]) }}

),

by_evaluators as (

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
        evaluator_version,
        error_type,
        source

    from evaluations

    where contract_column is distinct from 'user_feedback_score'

    union all

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
        cast(null as string) as evaluator_version,
        cast(null as string) as error_type,
        source

    from flags_of_calls

)

select * from by_evaluators
