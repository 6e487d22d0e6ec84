{{ config(materialized='view', enabled=is_source_on(this)) }}

with

calls as not materialized (

    select
        *,
        coalesce(response_model, request_model) as model_name

    from {{ ref('stg_otlp__spans') }}

    where kind = 'call'

),

descents as (

    select * from {{ ref('stg_otlp__descents') }}

),

nestings as (

    select
        descents.trace_id,
        descents.outer_span_id as span_id,
        descents.is_asked_by_tool,
        outers.prompt_tokens,
        outers.completion_tokens,
        inners.prompt_tokens as inner_prompt_tokens,
        inners.completion_tokens as inner_completion_tokens,
        outers.response_id != inners.response_id as has_other_answer,
        outers.response_id = inners.response_id as has_same_answer,
        coalesce(
            outers.model_name in (inners.model_name, inners.request_model)
            or outers.request_model in (inners.model_name, inners.request_model),
            true
        ) as has_same_model,
        outers.prompt_tokens + outers.completion_tokens
        + inners.prompt_tokens + inners.completion_tokens is not null as is_counted

    from descents

    inner join calls as outers
        on descents.trace_id = outers.trace_id
            and descents.outer_span_id = outers.span_id

    inner join calls as inners
        on descents.trace_id = inners.trace_id
            and descents.inner_span_id = inners.span_id

)

select * from nestings
