with

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

by_evaluators as (

    select * {{ exclude_columns('contract_column, is_positive') }}

    from evaluations

    where contract_column is distinct from 'user_feedback_score'

)

select * from by_evaluators
