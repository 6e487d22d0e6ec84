{{ config(materialized=cheap_view()) }}

with

interactions as (

    select * from {{ ref('interactions') }}

),

operations as (

    select
        operation_id,
        interaction_id as final_interaction_id,
        session_id,
        user_id,
        timestamp_utc,
        interaction_date,
        use_case,
        model_provider,
        model_name,
        attempts,
        operation_latency_ms as latency_ms,
        operation_cost_usd as cost_usd,
        is_operation_failure as is_failure,
        is_operation_sla_breach as is_sla_breach,
        failure_type,
        source

    from interactions

    where is_final_attempt

)

select * from operations
