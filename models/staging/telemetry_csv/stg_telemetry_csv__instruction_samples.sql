{%- set columns = {
    'interaction_id': 'text',
    'prompt_id': 'text',

    'instruction_id': 'text',
    'use_case': 'text',

    'response_quality_score': 'double',
} -%}

with

source as (

    {{ read_telemetry(source('telemetry_csv', 'instruction_samples'), columns) }}

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
