{%- set columns = {
    'interaction_id': 'string',
    'prompt_text': 'string',
    'response_text': 'string',
    'prompt_chars': 'bigint',
} -%}

with

contents as (
    {{ from_sources('contents', columns) }}
)

select * from contents
