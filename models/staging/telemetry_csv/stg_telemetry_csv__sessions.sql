-- depends_on: {{ ref('stg_telemetry_csv__interactions') }}
{{ config(materialized='table' if is_windowed() else cheap_view()) }}
{%- set columns = {
    'session_id': 'text',
    'user_id': 'user',

    'split': 'text',

    'session_total_requests': 'bigint',
    'total_requests': 'bigint',
    'session_total_failures': 'bigint',
    'failed_requests': 'bigint',
    'session_total_cost_usd': 'double',
    'total_cost_usd': 'double',
    'session_total_tokens': 'bigint',
    'total_tokens': 'bigint',

    'start_timestamp_utc': 'timestamp',
    'end_timestamp_utc': 'timestamp',
} -%}

{{ landed_table(
    source('telemetry_csv', 'sessions'), 'session_id', columns, has_read_call('session_id')
) }}
