{{ config(materialized=cheap_view()) }}
{%- set columns = {
    'interaction_id': 'text',
    'prompt_id': 'text',

    'instruction_id': 'text',
    'use_case': 'text',

    'response_quality_score': 'double',
} -%}

{{ landed_table(source('telemetry_csv', 'instruction_samples'), 'interaction_id', columns) }}
