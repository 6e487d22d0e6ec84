{{ config(enabled=is_source_on(this)) }}

with recursive

spans as not materialized (

    select
        trace_id,
        span_id,
        parent_span_id,
        coalesce(kind, 'span') as kind

    from {{ ref('stg_otlp__spans') }}

),

calls as not materialized (

    select
        *,
        coalesce(prompt_tokens, completion_tokens) is not null as has_tokens,
        {{ otlp_has_failed() }} as has_failed

    from {{ ref('stg_otlp__spans') }}

    where kind = 'call'

),

parents as (

    select
        trace_id,
        parent_span_id as span_id

    from spans

    where parent_span_id is not null

),

calls_with_children as (

    select
        spans.trace_id,
        spans.span_id as outer_span_id,
        spans.span_id,
        spans.kind,
        false as is_called_by_tool,
        false as is_below_unknown_kind,
        0 as depth

    from spans

    semi join parents using (trace_id, span_id)

    where spans.kind = 'call'

),

-- a walk down the tree that stops at the first call of each branch
descendants as (

    select * from calls_with_children

    union

    select
        descendants.trace_id,
        descendants.outer_span_id,
        spans.span_id,
        spans.kind,
        descendants.is_called_by_tool or descendants.kind in ('tool', 'agent')
            as is_called_by_tool,
        descendants.is_below_unknown_kind or descendants.kind = 'span'
            as is_below_unknown_kind,
        1 as depth

    from descendants

    inner join spans
        on descendants.trace_id = spans.trace_id
            and descendants.span_id = spans.parent_span_id

    where descendants.depth = 0 or descendants.kind != 'call'

),

pairs as materialized (

    select
        trace_id,
        outer_span_id,
        span_id as inner_span_id,
        is_called_by_tool,
        is_below_unknown_kind

    from descendants

    where kind = 'call' and depth > 0 and outer_span_id != span_id

),

nested_pairs as (

    select
        pairs.trace_id,
        pairs.outer_span_id as span_id,
        pairs.inner_span_id,
        pairs.is_called_by_tool,
        outer_calls.has_tokens,
        outer_calls.has_failed,
        outer_calls.has_tokens or {{ otlp_tells_answer('outer_calls') }} as has_answered,
        outer_calls.prompt_tokens,
        outer_calls.completion_tokens,
        inner_calls.has_tokens as inner_has_tokens,
        inner_calls.has_failed as inner_has_failed,
        inner_calls.has_tokens or {{ otlp_tells_answer('inner_calls') }}
            as inner_has_answered,
        inner_calls.started_ns as inner_started_ns,
        inner_calls.cost_usd as inner_cost_usd,
        inner_calls.prompt_tokens as inner_prompt_tokens,
        inner_calls.completion_tokens as inner_completion_tokens,
        -- different responses around a span of unknown kind: it is most likely a tool
        case
            when outer_calls.response_id = inner_calls.response_id then true
            when pairs.is_called_by_tool then false
            else not pairs.is_below_unknown_kind
                or coalesce(outer_calls.response_id = inner_calls.response_id, true)
                or coalesce(
                    outer_calls.prompt_tokens = inner_calls.prompt_tokens
                    and outer_calls.completion_tokens = inner_calls.completion_tokens,
                    false
                )
        end as is_duplicate_of_inner

    from pairs

    inner join calls as outer_calls
        on pairs.trace_id = outer_calls.trace_id
            and pairs.outer_span_id = outer_calls.span_id

    inner join calls as inner_calls
        on pairs.trace_id = inner_calls.trace_id
            and pairs.inner_span_id = inner_calls.span_id

),

-- a wrapper's tokens may also be the sum of several attempts inside it
nested_calls as (

    select
        *,
        -- an answer that came after all inner calls had failed is recorded nowhere else
        has_answered
        and not has_failed
        and coalesce(
            bool_and(inner_has_failed and not inner_has_answered)
                filter (where is_duplicate_of_inner) over outer_calls,
            false
        ) as is_fallback,
        not is_fallback
        and coalesce(
            bool_or(is_duplicate_of_inner) over outer_calls
            or (
                prompt_tokens
                = sum(inner_prompt_tokens)
                    filter (where not is_called_by_tool) over outer_calls
                and completion_tokens
                = sum(inner_completion_tokens)
                    filter (where not is_called_by_tool) over outer_calls
            ),
            false
        ) as is_wrapper

    from nested_pairs

    window outer_calls as (partition by trace_id, span_id)

)

select * from nested_calls
