-- depends_on: {{ ref('stg_telemetry_csv__interactions') }}
{{ config(materialized=unstored()) }}
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

{#- of calls that are held no more the sessions are not read either -#}
{%- set seen = 'select session_id from ' ~ ref('stg_telemetry_csv__interactions') -%}
{%- set condition = '(session_id is null or session_id in (' ~ seen ~ '))' if is_windowed() else 'true' -%}

{{ landed_table(source('telemetry_csv', 'sessions'), 'session_id', columns, condition) }}
