{{ config(enabled=is_source_on(this)) }}

with

-- only what is needed: the asof join sorts every column
tool_spans as (

    select
        trace_id,
        span_id,
        parent_span_id,
        session_id,
        tool_name,
        has_error_status,
        error_type,
        started_ns,
        ended_ns

    from {{ ref('stg_otlp__spans') }}

    where kind = 'tool'

),

call_spans as (

    select * from {{ ref('stg_otlp__spans') }}

    where kind = 'call' and started_ns is not null

),

wrappers as (

    select * from {{ ref('stg_otlp__wrapper_adjustments') }}

    where is_wrapper

),

-- one call per trace and time, so that no tool call matches two
calls as (

    select
        trace_id,
        started_ns,
        max(span_id) as span_id

    from call_spans

    anti join wrappers using (trace_id, span_id)

    where trace_id in (select tool_spans.trace_id from tool_spans)

    group by all

),

traces as (

    select * from {{ ref('stg_otlp__traces') }}

),

ancestor_context as (

    select * from {{ ref('stg_otlp__ancestor_context') }}

),

-- the call that requested a tool is the last one that started before it
matched_tools as (

    select
        tool_spans.*,
        calls.trace_id || '-' || calls.span_id as interaction_id

    from tool_spans

    asof left join calls
        on tool_spans.trace_id = calls.trace_id
            and tool_spans.started_ns >= calls.started_ns

),

tool_calls as (

    select
        matched_tools.trace_id,
        matched_tools.span_id,
        matched_tools.parent_span_id,
        matched_tools.interaction_id,
        coalesce(
            matched_tools.session_id,
            ancestor_context.session_id,
            traces.session_id,
            matched_tools.trace_id
        ) as session_id,
        -- DuckDB's timestamps are in microseconds
        make_timestamp(matched_tools.started_ns // 1000) as timestamp_utc,
        matched_tools.tool_name,
        {{ otlp_milliseconds('matched_tools.started_ns', 'matched_tools.ended_ns') }}
            as latency_ms,
        matched_tools.has_error_status as is_failure,
        regexp_extract(matched_tools.error_type, '[^.]+$') as error_type

    from matched_tools

    left join traces on matched_tools.trace_id = traces.trace_id

    left join ancestor_context
        on matched_tools.trace_id = ancestor_context.trace_id
            and matched_tools.span_id = ancestor_context.span_id

)

select * from tool_calls
