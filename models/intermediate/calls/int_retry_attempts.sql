{{ config(materialized='table') }}

with

chained_calls as (

    select * from {{ ref('int_retry_chains') }}

    where is_one_of_several

),

operations as (

    select
        thread_id,
        operation_number,
        min(timestamp_utc) as starts_at,
        -- a gateway's record of an answer may start with the request, before a failed
        -- attempt, and an attempt that was given up may end after the answer
        max_by(
            interaction_id,
            (is_failure is false, ends_at, timestamp_utc, interaction_id)
        ) as final_attempt_id,
        coalesce(
            any_value(operation_id),
            min_by(interaction_id, (timestamp_utc, interaction_id))
        ) as operation_id,
        count(*) + sum(hidden_attempts) as attempts,
        {{ exact_sum('cost_usd') }} as cost_usd

    from chained_calls

    group by all

    having count(*) > 1

),

linked_attempts as (

    select
        chained_calls.interaction_id,
        operations.operation_id,
        row_number() over (
            partition by chained_calls.thread_id, chained_calls.operation_number
            order by
                chained_calls.interaction_id = operations.final_attempt_id,
                chained_calls.ends_at,
                chained_calls.timestamp_utc,
                chained_calls.interaction_id
        ) as attempt_index,
        chained_calls.interaction_id = operations.final_attempt_id as is_final_attempt,
        cast(operations.attempts as bigint) as attempts,
        {{ milliseconds_between('operations.starts_at', 'chained_calls.ends_at') }}
            as operation_latency_ms,
        operations.cost_usd as operation_cost_usd

    from chained_calls

    inner join operations
        on chained_calls.thread_id = operations.thread_id
            and chained_calls.operation_number = operations.operation_number

)

select * from linked_attempts
