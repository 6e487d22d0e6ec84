{%- set columns = {
    'prompt_id': 'text',

    'instruction_id': 'text',
    'instruction_template': 'text',
    'use_case': 'text',

    'prompt_len': 'bigint',
} -%}

with

source as (

    {{ read_telemetry(source('telemetry_csv', 'prompts'), columns) }}

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
