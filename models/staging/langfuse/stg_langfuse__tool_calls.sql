{{ config(enabled=is_source_on(this)) }}

with

observations as (

    select * from {{ ref('stg_langfuse__observations') }}

),

calls as (

    select * from {{ ref('stg_langfuse__calls') }}

),

traces as (

    select * from {{ ref('stg_langfuse__traces') }}

),

used as (

    {{ calls_of_tools('observations', 'calls') }}

),

tool_calls as (

    select
        observations.trace_id,
        observations.span_id,
        observations.parent_span_id,
        used.interaction_id,
        coalesce(observations.session_id, traces.session_id, observations.trace_id)
            as session_id,
        observations.timestamp_utc,
        observations.tool_name,
        {{ milliseconds_between(
            'observations.timestamp_utc', 'observations.ended_at'
        ) }} as latency_ms,
        observations.has_error as is_failure,
        {{ error_name(
            'observations.error_type', 'observations.error_words', 'observations.has_error'
        ) }} as error_type

    from observations

    inner join used on observations.span_id = used.span_id

    left join traces on observations.trace_id = traces.trace_id

)

select * from tool_calls
