{{ config(enabled=is_source_on(this)) }}

with

calls as not materialized (

    select
        *,
        coalesce(prompt_tokens, completion_tokens) is not null as is_counted,
        (has_error_status or error_type is not null)
        and is_abandoned_stream is not true as has_failed

    from {{ ref('stg_otlp__spans') }}

    where kind = 'call'

),

nearest_nested_calls as (

    select * from {{ ref('stg_otlp__nearest_nested_calls') }}

),

same_response_pairs as (

    select * from {{ ref('stg_otlp__same_response_pairs') }}

),

pairs as (

    select * from nearest_nested_calls

    union all

    select same_response_pairs.*

    from same_response_pairs

    anti join nearest_nested_calls using (trace_id, outer_span_id, inner_span_id)

),

nestings as (

    select
        pairs.trace_id,
        pairs.outer_span_id as span_id,
        pairs.inner_span_id,
        pairs.is_asked_by_tool,
        outers.is_counted,
        outers.has_failed,
        outers.prompt_tokens,
        outers.completion_tokens,
        inners.is_counted as is_inner_counted,
        inners.has_failed as has_inner_failed,
        inners.started_ns as inner_started_ns,
        inners.cost_usd as inner_cost_usd,
        inners.prompt_tokens as inner_prompt_tokens,
        inners.completion_tokens as inner_completion_tokens,
        -- two answers of different names on either side of a span of no known kind: most likely a tool
        case
            when outers.response_id = inners.response_id then true
            when pairs.is_asked_by_tool then false
            else not pairs.is_below_unknown
                or coalesce(outers.response_id = inners.response_id, true)
                or coalesce(
                    outers.prompt_tokens = inners.prompt_tokens
                    and outers.completion_tokens = inners.completion_tokens, false
                )
        end as is_told_again

    from pairs

    inner join calls as outers
        on pairs.trace_id = outers.trace_id and pairs.outer_span_id = outers.span_id

    inner join calls as inners
        on pairs.trace_id = inners.trace_id and pairs.inner_span_id = inners.span_id

)

select * from nestings
