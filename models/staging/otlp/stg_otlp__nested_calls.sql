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
        (has_error_status or error_type is not null)
        and is_abandoned_stream is not true as has_failed

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

nearest_calls as materialized (

    select
        trace_id,
        outer_span_id,
        span_id as inner_span_id,
        is_called_by_tool,
        is_below_unknown_kind

    from descendants

    where kind = 'call' and depth > 0 and outer_span_id != span_id

),

-- one response id, and one inside the other in time: a span between may be missing
same_response_pairs as (

    select
        outer_calls.trace_id,
        outer_calls.span_id as outer_span_id,
        inner_calls.span_id as inner_span_id,
        false as is_called_by_tool,
        false as is_below_unknown_kind

    from calls as outer_calls

    inner join calls as inner_calls
        on outer_calls.trace_id = inner_calls.trace_id
            and outer_calls.response_id = inner_calls.response_id
            and outer_calls.span_id != inner_calls.span_id

    where
        outer_calls.started_ns <= inner_calls.started_ns
        and outer_calls.ended_ns >= inner_calls.ended_ns
        and (
            outer_calls.started_ns < inner_calls.started_ns
            or outer_calls.ended_ns > inner_calls.ended_ns
            or outer_calls.span_id < inner_calls.span_id
        )

),

pairs as (

    select * from nearest_calls

    union all

    select same_response_pairs.*

    from same_response_pairs

    anti join nearest_calls using (trace_id, outer_span_id, inner_span_id)

),

nested_calls as (

    select
        pairs.trace_id,
        pairs.outer_span_id as span_id,
        pairs.inner_span_id,
        pairs.is_called_by_tool,
        outer_calls.has_tokens,
        outer_calls.has_failed,
        outer_calls.prompt_tokens,
        outer_calls.completion_tokens,
        inner_calls.has_tokens as inner_has_tokens,
        inner_calls.has_failed as inner_has_failed,
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

)

select * from nested_calls
