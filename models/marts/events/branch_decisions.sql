with

branch_decisions as (

    select * from {{ ref('int_branch_decisions_unioned') }}

)

select * from branch_decisions
