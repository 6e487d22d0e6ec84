{%- set columns = {
    'evaluation_id': 'string',
    'interaction_id': 'string',
    'trace_id': 'string',
    'span_id': 'string',
    'response_id': 'string',
    'timestamp_utc': 'timestamp',
    'evaluation_name': 'string',
    'score': 'double',
    'label': 'string',
    'evaluator': 'string',
} -%}

with

evaluations as (
    {{ from_sources('evaluations', columns) }}
)

select * from evaluations
