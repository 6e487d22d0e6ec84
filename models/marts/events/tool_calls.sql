{%- set columns = {
    'trace_id': 'string',
    'span_id': 'string',
    'parent_span_id': 'string',
    'interaction_id': 'string',
    'session_id': 'string',
    'timestamp_utc': 'timestamp',
    'tool_name': 'string',
    'latency_ms': 'double',
    'is_failure': 'boolean',
    'error_type': 'string',
} -%}

with

tool_calls as (
    {{ from_sources('tool_calls', columns) }}
)

select * from tool_calls
