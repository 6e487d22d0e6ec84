{%- set columns = {
    'session_id': 'text',
    'user_id': 'text',

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

with

source as (

    {{ read_telemetry(source('telemetry_csv', 'sessions'), columns) }}

),

typed as (

    select {{ typed_columns(columns) }}

    from source

),

checked as (

    select
        {{ columns | join(', ') }},
        {{ rejected_values(columns) }} as rejected_values

    from typed

)

select * from checked
