with

interactions as {{ not_materialized() }}(

    select
        interaction_id,
        source,
        session_id,
        operation_id,
        trace_id,
        retry_index,
        is_failure,
        timestamp_utc,
        {{ microseconds_after(
            'timestamp_utc', 'cast(greatest(coalesce(latency_ms, 0), 0) * 1000 as bigint)'
        ) }} as ends_at,
        cost_usd,
        coalesce(attempted_retries, 0) as hidden_attempts,
        case
            when operation_id is not null then concat_ws('|', source, operation_id)
            when trace_id is not null
                then concat_ws('|', source, trace_id, parent_span_id)
            else concat_ws('|', source, session_id, use_case, prompt_id)
        end as thread_id

    from {{ ref('int_interactions_classified') }}

    where coalesce(operation_id, trace_id, cast(retry_index as string)) is not null

),

-- a thread can have retries only where a call failed or the source groups its calls;
-- without such grouping, some call must also be able to follow another
candidate_threads as (

    select thread_id

    from interactions

    where is_failure or operation_id is not null or coalesce(retry_index, 1) > 0

    group by thread_id

    having
        bool_or(operation_id is not null)
        or (bool_or(is_failure) and bool_or(coalesce(retry_index, 1) > 0))

),

linked_calls as (

    select
        interactions.*,
        interactions.operation_id is not null
        or coalesce(
            lag(interactions.is_failure) over thread
            and interactions.timestamp_utc <= lag(interactions.ends_at) over thread
            + {{ knob('max_retry_gap_s') }} * interval 1 second
            and if(
                interactions.retry_index is null,
                -- a call that overlaps a failed one is not its retry; 1 ms is allowed
                -- because sources round times
                interactions.trace_id is not null
                and interactions.timestamp_utc >= lag(interactions.ends_at) over thread
                - interval 1 millisecond,
                interactions.retry_index
                = lag(coalesce(interactions.retry_index, 0)) over thread + 1
            ),
            false
        ) as is_linked

    from interactions

    semi join candidate_threads on interactions.thread_id = candidate_threads.thread_id

    window
        thread as (
            partition by interactions.thread_id
            -- calls at the same instant are ordered by id: every run agrees
            order by
                interactions.timestamp_utc,
                interactions.interaction_id
        )

),

chains as (

    select
        * {{ exclude_columns('is_linked') }},
        count(*) filter (where not is_linked) over thread as operation_number,
        is_linked or coalesce(lead(is_linked) over thread, false) as is_one_of_several

    from linked_calls

    window
        thread as (
            partition by thread_id
            order by timestamp_utc, interaction_id
        )

)

select * from chains
