{%- set columns = {
    'user_id': 'text',

    'user_total_requests': 'bigint',
    'total_requests': 'bigint',
    'user_total_failures': 'bigint',
    'total_failed_requests': 'bigint',
    'user_total_cost_usd': 'double',
    'total_cost_usd': 'double',
    'user_total_tokens': 'bigint',
    'total_tokens': 'bigint',
} -%}

with

source as (

    {{ read_telemetry(source('telemetry_csv', 'users'), columns) }}

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
