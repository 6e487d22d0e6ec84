{{ config(materialized='table') }}
{%- set keys = {
    'interactions': ('interaction_id', 'int_interactions_unioned'),
    'sessions': ('session_id', 'stg_telemetry_csv__sessions'),
    'users': ('user_id', 'stg_telemetry_csv__users'),
    'instruction_samples': ('interaction_id', 'stg_telemetry_csv__instruction_samples'),
} -%}

with

copies as (
    {% for table, (key, model) in keys.items() %}
    select
        '{{ table }}' as table_name,
        '{{ key }}' as column_name,
        {{ key }} as row_key,
        count(*) as copies

    from {{ ref(model) }}

    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

checks as (

    select
        table_name,
        column_name,
        -- noqa: disable=LT02
        {% call rows_of_checks() -%}
            {#- a row without a key has no other name -#}
            {{ struct_of({
                'check_name': "'key_present'",
                'checked_rows': 'cast(sum(copies) as bigint)',
                'failed_rows': 'cast(coalesce(sum(copies)'
                    ~ ' filter (where row_key is null), 0) as bigint)',
                'tolerance': '0e0',
                'example_key': 'cast(null as string)',
            }) }},
            {{ check('unique_key', 'copies > 1', 'row_key', 'row_key is not null') }}
        {%- endcall %}

    from copies

    group by table_name, column_name

)

select * from checks
