{{ config(enabled=is_source_on(this)) }}

with

tools as (

    select * from {{ ref('stg_otlp__tool_spans') }}

),

traces as (

    select * from {{ ref('stg_otlp__traces') }}

),

ancestor_context as (

    select * from {{ ref('stg_otlp__ancestor_context') }}

),

tool_calls as (

    select
        tools.trace_id,
        tools.span_id,
        tools.parent_span_id,
        tools.interaction_id,
        coalesce(
            tools.session_id, ancestor_context.session_id, traces.session_id, tools.trace_id
        ) as session_id,
        make_timestamp(tools.started_ns // 1000) as timestamp_utc,
        tools.tool_name,
        (tools.ended_ns - tools.started_ns) / 1e6 as latency_ms,
        tools.has_error_status or tools.error_type is not null
            as is_failure,
        regexp_extract(tools.error_type, '[^.]+$') as error_type

    from tools

    left join traces on tools.trace_id = traces.trace_id

    left join ancestor_context
        on tools.trace_id = ancestor_context.trace_id and tools.span_id = ancestor_context.span_id

)

select * from tool_calls
