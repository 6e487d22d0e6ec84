{%- set columns = {
    'record_id': 'string',
    'check_name': 'string',
    'cost_usd': 'double',
    'total_tokens': 'bigint',
} -%}

with

excluded_rows as (
    {{ from_sources('excluded_rows', columns) }}
)

select * from excluded_rows
