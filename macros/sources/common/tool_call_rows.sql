{% macro tool_call_rows(spans, tool_name) -%}
    {#- reads the CTEs `tool_callers` and `traces` of the model -#}
    select
        {{ spans }}.trace_id,
        {{ spans }}.span_id,
        {{ spans }}.parent_span_id,
        tool_callers.interaction_id,
        coalesce({{ spans }}.session_id, traces.session_id, {{ spans }}.trace_id) as session_id,
        {{ spans }}.timestamp_utc,
        {{ tool_name }} as tool_name,
        {{ milliseconds_between(spans ~ '.timestamp_utc', spans ~ '.ended_at') }} as latency_ms,
        {{ spans }}.has_error as is_failure,
        {{ error_name(
            spans ~ '.error_type', spans ~ '.error_words', spans ~ '.has_error'
        ) }} as error_type
    from {{ spans }}
    inner join tool_callers on {{ spans }}.span_key = tool_callers.span_key
    left join traces on {{ spans }}.trace_id = traces.trace_id
{%- endmacro %}
