{%- set columns = {
    'trace_id': 'varchar',
    'span_id': 'varchar',
    'session_id': 'varchar',
    'timestamp_utc': 'timestamp',
    'from_node': 'varchar',
    'to_node': 'varchar',
    'condition_text': 'varchar',
    'is_taken': 'boolean',
} -%}

with

branch_decisions as (
    {{ from_sources('branch_decisions', columns) }}
)

select * from branch_decisions
