{% macro tool_callers(spans, calls) -%}
    {#- each tool span with the call above it, else with the last call of its trace before it -#}
    with started_calls as (
        select trace_id, timestamp_utc, max(span_key) as span_key from {{ calls }} group by all
    )

    select
        tools.span_key,
        coalesce(parents.span_key, started_calls.span_key) as interaction_id
    from {{ spans }} as tools
    left join {{ calls }} as parents on tools.parent_key = parents.span_key
    asof left join started_calls
        on tools.trace_id = started_calls.trace_id
            and tools.timestamp_utc >= started_calls.timestamp_utc
    where tools.is_tool
{%- endmacro %}

{% macro tool_call_counts(tool_calls) -%}
    select
        interaction_id,
        count(*) as tool_calls_count,
        bool_or(is_failure) as tool_error_flag
    from {{ tool_calls }}
    where interaction_id is not null
    group by all
{%- endmacro %}
