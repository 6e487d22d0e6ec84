{{ config(enabled=is_source_on(this)) }}

with

calls as not materialized (

    select * from {{ ref('stg_otlp__spans') }}

    where kind = 'call'

),

same_answers as (

    select
        outers.trace_id,
        outers.span_id as outer_span_id,
        inners.span_id as inner_span_id,
        false as is_asked_by_tool,
        false as is_below_unknown

    from calls as outers

    inner join calls as inners
        on outers.trace_id = inners.trace_id
            and outers.response_id = inners.response_id
            and outers.span_id != inners.span_id

    where
        outers.started_ns <= inners.started_ns
        and outers.ended_ns >= inners.ended_ns
        and (
            outers.started_ns < inners.started_ns
            or outers.ended_ns > inners.ended_ns
            or outers.span_id < inners.span_id
        )

)

select * from same_answers
