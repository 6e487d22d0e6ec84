{{ config(materialized=cheap_view()) }}
{%- set columns = {
    'prompt_id': 'text',

    'instruction_id': 'text',
    'instruction_template': 'text',
    'use_case': 'text',

    'prompt_len': 'bigint',
} -%}

{{ landed_table(source('telemetry_csv', 'prompts'), 'prompt_id', columns) }}
