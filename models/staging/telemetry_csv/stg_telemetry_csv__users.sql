-- depends_on: {{ ref('stg_telemetry_csv__interactions') }}
{{ config(materialized='table' if is_windowed() else cheap_view()) }}
{%- set columns = {
    'user_id': 'user',

    'user_total_requests': 'bigint',
    'total_requests': 'bigint',
    'user_total_failures': 'bigint',
    'total_failed_requests': 'bigint',
    'user_total_cost_usd': 'double',
    'total_cost_usd': 'double',
    'user_total_tokens': 'bigint',
    'total_tokens': 'bigint',
} -%}

{{ landed_table(
    source('telemetry_csv', 'users'), 'user_id', columns, has_read_call('user_id')
) }}
