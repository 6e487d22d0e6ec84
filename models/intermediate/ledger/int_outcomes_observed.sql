with

traffic as (

    select * from {{ ref('int_traffic_realised') }}

),

unit_costs as (

    select * from {{ ref('int_unit_costs_realised') }}

),

arm_gaps as (

    select * from {{ ref('int_routing_gaps_realised') }}

),

-- what is counted has no error
counted as (

    select
        decision_id,
        prediction,
        use_case,
        realised_value,
        0e0 as realised_se

    from traffic

    union all

    select
        decision_id,
        prediction,
        use_case,
        realised_value,
        0e0 as realised_se

    from unit_costs

),

observed as (

    select * from counted

    union all

    select * from arm_gaps

)

select * from observed
