{% macro calls_of_tools(spans, calls) -%}
    {#- a tool is used by the call above it, else by the last one of its trace that began before -#}
    with started as (
        select trace_id, timestamp_utc, max(span_key) as span_key from {{ calls }} group by all
    )

    select tools.span_key, coalesce(parents.span_key, started.span_key) as interaction_id
    from {{ spans }} as tools
    left join {{ calls }} as parents on tools.parent_key = parents.span_key
    asof left join started
        on tools.trace_id = started.trace_id and tools.timestamp_utc >= started.timestamp_utc
    where tools.is_tool
{%- endmacro %}

{% macro tools_of_calls(tool_calls) -%}
    select
        interaction_id,
        count(*) as tool_calls_count,
        bool_or(is_failure) as tool_error_flag
    from {{ tool_calls }}
    where interaction_id is not null
    group by all
{%- endmacro %}
