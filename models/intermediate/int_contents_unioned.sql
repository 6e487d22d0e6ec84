{%- set columns = {
    'interaction_id': 'varchar',
    'prompt_text': 'varchar',
    'response_text': 'varchar',
} -%}

with

contents as (
    {{ from_sources('contents', columns) }}
)

select * from contents
