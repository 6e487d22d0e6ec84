with

evaluations as (

    select * from {{ ref('int_evaluations_named') }}

),

judged as (

    select * {{ leaving_out('contract_column, is_positive') }}

    from evaluations

    where contract_column is distinct from 'user_feedback_score'

)

select * from judged
