{{ config(materialized='ephemeral') }}
{%- set columns = {
    'span_id': 'string',
    'scope_names': 'string',
    'is_certain': 'boolean',
} -%}

with

repeated_calls as (
    {{ from_sources('repeated_calls', columns) }}
)

select * from repeated_calls
