{{ config(materialized=cheap_view()) }}

with

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

by_users as (

    select * {{ exclude_columns(
        'contract_column, is_positive, evaluator_kind, evaluator_version, error_type,'
        ~ ' sample_share'
    ) }}

    from evaluations

    where contract_column = 'user_feedback_score'

    union all

    {{ evaluations_of_calls(ref('interactions'), ['user_feedback_score']) }}

)

select * from by_users
