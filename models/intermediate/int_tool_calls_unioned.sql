{%- set columns = {
    'trace_id': 'varchar',
    'span_id': 'varchar',
    'parent_span_id': 'varchar',
    'interaction_id': 'varchar',
    'session_id': 'varchar',
    'timestamp_utc': 'timestamp',
    'tool_name': 'varchar',
    'latency_ms': 'double',
    'is_failure': 'boolean',
    'error_type': 'varchar',
} -%}

with

tool_calls as (
    {{ from_sources('tool_calls', columns) }}
)

select * from tool_calls
