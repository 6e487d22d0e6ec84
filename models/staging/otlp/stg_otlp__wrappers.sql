{{ config(enabled=is_source_on(this)) }}

with

calls as not materialized (

    select * from {{ ref('stg_otlp__spans') }}

    where kind = 'call'

),

nestings as (

    select * from {{ ref('stg_otlp__nestings') }}

),

-- also where the span between was never exported: one answer, one call inside the other
same_answers as (

    select
        outers.trace_id,
        outers.span_id

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

),

-- several attempts inside one span add up to it
judged as (

    select
        trace_id,
        span_id

    from nestings

    group by trace_id, span_id, prompt_tokens, completion_tokens

    having
        bool_or(has_same_answer)
        or bool_or(
            not is_asked_by_tool
            and has_same_model
            and is_counted
            and prompt_tokens = inner_prompt_tokens
            and completion_tokens = inner_completion_tokens
        )
        or (
            prompt_tokens = sum(inner_prompt_tokens) filter (where not is_asked_by_tool)
            and completion_tokens
            = sum(inner_completion_tokens) filter (where not is_asked_by_tool)
        )
        or bool_or(
            not is_asked_by_tool
            and has_same_model
            and not is_counted
            and has_other_answer is not true
        )

),

wrappers as (

    select * from same_answers

    union

    select * from judged

)

select * from wrappers
