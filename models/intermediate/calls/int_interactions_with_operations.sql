{{ config(materialized='ephemeral') }}
with

interactions as (

    select * from {{ ref('int_interactions_with_windows') }}

),

attempts as (

    select * from {{ ref('int_retry_attempts') }}

),

calls_with_operation as (

    select
        interactions.* {{ exclude_columns('operation_id') }},
        coalesce(
            interactions.operation_id,
            attempts.operation_id,
            interactions.interaction_id
        ) as operation_id,
        coalesce(attempts.attempt_index, 1) as attempt_index,
        coalesce(attempts.is_final_attempt, true) as is_final_attempt,
        coalesce(attempts.attempts, 1 + coalesce(interactions.attempted_retries, 0))
            as attempts,
        coalesce(attempts.operation_cost_usd, interactions.cost_usd)
            as operation_cost_usd,
        -- without a latency the end of the operation is unknown
        if(
            interactions.latency_ms is null,
            null,
            coalesce(attempts.operation_latency_ms, interactions.latency_ms)
        ) as operation_latency_ms

    from interactions

    left join attempts on interactions.interaction_id = attempts.interaction_id

),

calls_with_outcome as (

    select
        * {{ exclude_columns('attempts, operation_cost_usd, operation_latency_ms') }},
        if(is_final_attempt, attempts, null) as attempts,
        if(is_final_attempt, operation_cost_usd, null) as operation_cost_usd,
        if(is_final_attempt, operation_latency_ms, null) as operation_latency_ms,
        {{ operation_outcomes() }}

    from calls_with_operation

)

select * from calls_with_outcome
