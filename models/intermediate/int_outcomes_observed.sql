with

traffic as (

    select * from {{ ref('int_traffic_realised') }}

),

unit_costs as (

    select * from {{ ref('int_unit_costs_realised') }}

),

arm_gaps as (

    select * from {{ ref('int_arm_gaps_realised') }}

),

-- what is counted has no error
counted as (

    select * from traffic

    union all by name

    select * from unit_costs

),

observed as (

    select
        *,
        0e0 as realised_se

    from counted

    union all by name

    select * from arm_gaps

)

select * from observed
