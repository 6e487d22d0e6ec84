{{ config(materialized=cheap_view()) }}

with

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

by_evaluators as (

    select * {{ exclude_columns(
        'contract_column, is_positive, evaluator_kind, sample_share'
    ) }}

    from evaluations

    where contract_column is distinct from 'user_feedback_score'

    union all

    {{ evaluations_of_calls(ref('interactions'), [
        'hallucination_flag', 'toxicity_flag', 'formatting_error_flag',
        'response_quality_score'
    ], has_versions=true) }}

)

select * from by_evaluators
