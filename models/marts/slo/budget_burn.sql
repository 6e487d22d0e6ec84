with

burn_rates as (

    select * from {{ ref('int_burn_rates') }}

)

select * from burn_rates
