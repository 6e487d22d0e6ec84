{{ config(enabled=is_source_on(this)) }}

with

-- the other columns would be sorted with these
tools as (

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

-- one call per moment of a trace, so that no tool call is matched twice
calls as (

    select
        trace_id,
        started_ns,
        max(span_id) as span_id

    from {{ ref('stg_otlp__calls') }}

    where
        started_ns is not null
        and trace_id in (select tools.trace_id from tools)

    group by all

),

-- the answer that asked for a tool is the last before it
matched as (

    select
        tools.*,
        calls.trace_id || '-' || calls.span_id as interaction_id

    from tools

    asof left join calls
        on tools.trace_id = calls.trace_id and tools.started_ns >= calls.started_ns

)

select * from matched
