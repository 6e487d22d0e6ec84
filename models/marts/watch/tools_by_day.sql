with

tool_calls as (

    select * from {{ ref('tool_calls') }}

),

interactions as {{ not_materialized() }}(

    select * from {{ ref('interactions') }}

),

-- a tool call names the call that asked for it, or only its session
call_use_cases as (

    select
        interactions.interaction_id,
        max(interactions.use_case) as use_case

    from interactions

    where
        interactions.interaction_id in (
            select tool_calls.interaction_id from tool_calls
        )

    group by interactions.interaction_id

),

session_use_cases as (

    select
        interactions.session_id,
        if(
            min(interactions.use_case) = max(interactions.use_case),
            max(interactions.use_case),
            null
        ) as use_case

    from interactions

    where interactions.session_id in (select tool_calls.session_id from tool_calls)

    group by interactions.session_id

),

daily_tools as (

    select
        {{ business_date('tool_calls.timestamp_utc') }} as interaction_date,
        coalesce(tool_calls.tool_name, 'unknown') as tool_name,
        coalesce(call_use_cases.use_case, session_use_cases.use_case, 'unknown')
            as use_case,
        count(*) as tool_calls,
        count(tool_calls.is_failure) as known_outcomes,
        count(*) filter (where tool_calls.is_failure) as failures,
        count(tool_calls.latency_ms) as timed_calls,
        coalesce({{ exact_sum('tool_calls.latency_ms') }}, 0e0) as latency_ms_sum

    from tool_calls

    left join call_use_cases
        on tool_calls.interaction_id = call_use_cases.interaction_id

    left join session_use_cases on tool_calls.session_id = session_use_cases.session_id

    where tool_calls.timestamp_utc is not null

    group by all

)

select * from daily_tools
