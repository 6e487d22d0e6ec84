{%- set columns = {
    'trace_id': 'string',
    'span_id': 'string',
    'session_id': 'string',
    'timestamp_utc': 'timestamp',
    'from_node': 'string',
    'to_node': 'string',
    'condition_text': 'string',
    'is_taken': 'boolean',
} -%}

with

branch_decisions as (
    {{ from_sources('branch_decisions', columns) }}
)

select * from branch_decisions
