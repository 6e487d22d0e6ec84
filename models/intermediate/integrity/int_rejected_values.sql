{%- set keys = {
    'interactions': 'interaction_id',
    'sessions': 'session_id',
    'users': 'user_id',
    'prompts': 'prompt_id',
    'instruction_samples': 'interaction_id',
} -%}

with

rejected_values as (
    {% for table, key in keys.items() %}
    select
        '{{ table }}' as table_name,
        {{ key }} as row_key,
        {{ row_for_each_struct('rejected_values') }}

    from {{ ref('stg_telemetry_csv__' ~ table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    union all

    select
        'invoices' as table_name,
        concat_ws(' ', invoice_id, model_provider, invoice_period) as row_key,
        {{ row_for_each_struct('rejected_values') }}

    from {{ ref('stg_provider_invoices__lines') }}
    {%- for source in sources_on() if source != 'telemetry_csv' %}
    union all

    select
        '{{ source }}' as table_name,
        interaction_id as row_key,
        {{ row_for_each_struct('rejected_values') }}

    from {{ ref('stg_' ~ source ~ '__interactions') }}
    {%- endfor %}

)

select * from rejected_values
