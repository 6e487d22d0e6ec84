{{ config(enabled=is_source_on(this)) }}

with

tools as (

    select * from {{ ref('stg_otlp__spans') }}

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
