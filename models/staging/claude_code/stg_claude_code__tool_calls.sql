{{ config(enabled=is_source_on(this)) }}

with

records as (

    select
        unnest(tools) as tool,
        coalesce(log.message.id, log.uuid) as interaction_id,
        {{ safe_moment('log.timestamp') }} as line_at

    from {{ ref('stg_claude_code__records') }}

    where kind in ('answer', 'user')

),

calls as (

    select * from {{ ref('stg_claude_code__calls') }}

),

-- a session that was continued in another file repeats its lines
uses as (

    select
        tool.tool_use_id as span_id,
        min(interaction_id) as interaction_id,
        min(tool.tool_name) as tool_name,
        min(line_at) as timestamp_utc

    from records

    where not tool.is_result

    group by all

),

results as (

    select
        tool.tool_use_id as span_id,
        min(line_at) as returned_at,
        bool_or(tool.is_error and not tool.is_refused) as is_failure

    from records

    where tool.is_result

    group by all

),

tool_calls as (

    select
        cast(null as varchar) as trace_id,
        uses.span_id,
        cast(null as varchar) as parent_span_id,
        uses.interaction_id,
        coalesce(calls.session_id, uses.interaction_id) as session_id,
        uses.timestamp_utc,
        uses.tool_name,
        {{ milliseconds_between('uses.timestamp_utc', 'results.returned_at') }}
            as latency_ms,
        results.is_failure,
        cast(null as varchar) as error_type

    from uses

    inner join calls on uses.interaction_id = calls.interaction_id

    left join results on uses.span_id = results.span_id

)

select * from tool_calls
