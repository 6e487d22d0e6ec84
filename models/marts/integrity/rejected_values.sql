with

rejected as (

    select * from {{ ref('int_rejected_values') }}

)

select * from rejected
