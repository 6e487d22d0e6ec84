{{ config(enabled=is_source_on(this)) }}

with

calls as (

    select * from {{ ref('stg_litellm__calls') }}

    where tool_name is not null or regexp_matches(call_type, '(?i)mcp_tool')

),

tool_calls as (

    select
        cast(null as varchar) as interaction_id,
        trace_id,
        interaction_id as span_id,
        cast(null as varchar) as parent_span_id,
        coalesce(session_id, trace_id) as session_id,
        timestamp_utc,
        coalesce(tool_name, model_name) as tool_name,
        {{ milliseconds_between('timestamp_utc', 'ended_at') }} as latency_ms,
        lower(status) = 'failure' as is_failure,
        coalesce(error_class, error_code) as error_type

    from calls

)

select * from tool_calls
