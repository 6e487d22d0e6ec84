{%- set columns = {
    'interaction_id': 'string',
    'prompt_text': 'string',
    'response_text': 'string',
} -%}

with

contents as (
    {{ from_sources('contents', columns) }}
)

select * from contents
