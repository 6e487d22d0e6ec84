with

inputs as (

    select * from {{ ref('int_inputs_digested') }}

)

select * from inputs
