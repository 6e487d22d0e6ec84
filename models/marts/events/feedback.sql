with

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

given_back as (

    select * {{ exclude_columns('contract_column, is_positive') }}

    from evaluations

    where contract_column = 'user_feedback_score'

)

select * from given_back
