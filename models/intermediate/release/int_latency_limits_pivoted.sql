with

routing_ladder as (

    select * from {{ ref('routing_ladder') }}

),

limits as (

    select
        {{ max_p95_latency_ms() }} as max_latency_ms,
        policy_mode

    from routing_ladder

),

pivoted as (

    select
        max(max_latency_ms) filter (where policy_mode = 'relax_1') as relax_1_ms,
        max(max_latency_ms) filter (where policy_mode = 'relax_2') as relax_2_ms

    from limits

)

select * from pivoted
