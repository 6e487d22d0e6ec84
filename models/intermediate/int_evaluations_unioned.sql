{%- set columns = {
    'evaluation_id': 'varchar',
    'interaction_id': 'varchar',
    'trace_id': 'varchar',
    'span_id': 'varchar',
    'response_id': 'varchar',
    'timestamp_utc': 'timestamp',
    'evaluation_name': 'varchar',
    'score': 'double',
    'label': 'varchar',
    'evaluator': 'varchar',
} -%}

with

evaluations as (
    {{ from_sources('evaluations', columns) }}
)

select * from evaluations
