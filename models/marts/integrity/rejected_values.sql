with

rejected_values as (

    select * from {{ ref('int_rejected_values') }}

)

select * from rejected_values
