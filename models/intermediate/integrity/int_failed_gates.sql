with

checks as (

    select * from {{ ref('int_checks_evaluated') }}

),

failed_gates as (

    select * from checks

    where status = 'failed'

)

select * from failed_gates
