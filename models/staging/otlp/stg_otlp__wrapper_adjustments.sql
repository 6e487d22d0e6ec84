{{ config(enabled=is_source_on(this)) }}

{%- set facts = otlp_inherited_facts() + ['error_type'] -%}

with recursive

nested_calls as (

    select * from {{ ref('stg_otlp__nested_calls') }}

),

repeated_calls as (

    select * from {{ ref('stg_otlp__repeated_calls') }}

    where is_certain

),

calls as not materialized (

    select * from {{ ref('stg_otlp__spans') }}

    where kind = 'call'

),

-- what only the wrapper recorded belongs to the last inner call that answered
edges as materialized (

    select
        trace_id,
        span_id,
        trace_id as inner_trace_id,
        inner_span_id,
        coalesce(inner_span_id = last_value(inner_span_id) over answered
            and (has_failed or not inner_has_failed), false) as is_target,
        not bool_or(inner_has_tokens) over attempts
        or count(*) filter (where has_failed or not inner_has_failed) over attempts = 1
            as hands_on_tokens,
        count(inner_cost_usd) over attempts = 0
        and count(*) filter (where has_failed or not inner_has_failed) over attempts = 1
            as hands_on_cost,
        false as is_joined_in_time

    from nested_calls

    where is_wrapper and is_duplicate_of_inner

    window
        attempts as (partition by trace_id, span_id),
        answered as (
            partition by trace_id, span_id
            order by has_failed or not inner_has_failed, inner_started_ns, inner_span_id
            rows between unbounded preceding and unbounded following
        )

    union all

    select
        trace_id,
        span_id,
        inner_trace_id,
        inner_span_id,
        true as is_target,
        true as hands_on_tokens,
        true as hands_on_cost,
        is_joined_in_time

    from repeated_calls

),

-- from each span to those around it; the limit ends a cycle of parents
lineage as (

    select
        *,
        1 as depth

    from edges

    union all

    select
        edges.trace_id,
        edges.span_id,
        lineage.inner_trace_id,
        lineage.inner_span_id,
        lineage.is_target and edges.is_target as is_target,
        edges.hands_on_tokens,
        edges.hands_on_cost,
        lineage.is_joined_in_time or edges.is_joined_in_time as is_joined_in_time,
        lineage.depth + 1 as depth

    from lineage

    inner join edges
        on lineage.trace_id = edges.inner_trace_id and lineage.span_id = edges.inner_span_id

    where lineage.depth < 20

),

outer_calls as materialized (

    select
        trace_id,
        span_id,
        parent_span_id,
        started_ns,
        ended_ns,
        cost_usd,
        has_error_status,
        is_abandoned_stream,
        {{ (facts + token_counts()) | join(', ') }}

    from calls

    semi join edges using (trace_id, span_id)

),

inherited as (

    select
        lineage.inner_trace_id as trace_id,
        lineage.inner_span_id as span_id,
        {% for field in facts -%}
        arg_min(calls.{{ field }}, lineage.depth) filter (where lineage.is_target)
            as {{ field }},
        {% endfor -%}
        arg_min(calls.cost_usd, lineage.depth)
            filter (where lineage.is_target and lineage.hands_on_cost) as cost_usd,
        arg_min(
            {
                {%- for field in token_counts() %}
                '{{ field }}': calls.{{ field }}{{ ',' if not loop.last }}
                {%- endfor %}
            },
            {'is_partial': {{ otlp_is_partial('calls') }}, 'depth': lineage.depth}
        ) filter (
            where lineage.is_target
            and lineage.hands_on_tokens
            and coalesce(calls.prompt_tokens, calls.completion_tokens) is not null
        ) as usage,
        bool_or(calls.has_error_status) filter (where lineage.is_target)
            as has_error_status,
        bool_or(calls.is_abandoned_stream) filter (where lineage.is_target)
            as is_abandoned_stream,
        min(calls.started_ns) filter (where lineage.is_joined_in_time) as started_ns,
        max(calls.ended_ns) filter (where lineage.is_joined_in_time) as ended_ns,
        -- attempts may each have a wrapper, and their wrappers one parent
        arg_max(calls.parent_span_id, lineage.depth)
            filter (where lineage.trace_id = lineage.inner_trace_id) as parent_span_id

    from lineage

    inner join outer_calls as calls
        on lineage.trace_id = calls.trace_id and lineage.span_id = calls.span_id

    group by all

),

wrappers as (

    select distinct
        trace_id,
        span_id

    from nested_calls

    where is_wrapper

    union

    select
        trace_id,
        span_id

    from repeated_calls

),

-- an answer and the failed attempts that were made inside it
fallbacks as (

    select
        trace_id,
        span_id,
        trace_id || '-' || span_id as fallback_id

    from nested_calls

    where is_fallback and is_duplicate_of_inner

    union

    select
        trace_id,
        inner_span_id as span_id,
        trace_id || '-' || span_id as fallback_id

    from nested_calls

    where is_fallback and is_duplicate_of_inner

),

adjustments as (

    select
        trace_id,
        span_id,
        wrappers.span_id is not null as is_wrapper,
        fallbacks.fallback_id,
        inherited.* exclude (trace_id, span_id)

    from inherited

    full join wrappers using (trace_id, span_id)

    full join fallbacks using (trace_id, span_id)

)

select * from adjustments
