{%- set columns = {
    'invoice_id': 'text',

    'model_provider': 'text',
    'model_name': 'text',
    'invoice_period': 'text',

    'amount_usd': 'double',
} -%}
{%- set files = telemetry_files(source('provider_invoices', 'lines')) or [''] -%}

with

{% for file in files -%}
lines_{{ loop.index }} as (

    {{ typed_file(file, columns, invoice_export(file, columns) if file else '') }}

),

{% endfor -%}

lines as (
    {% for file in files %}
    select * from lines_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from lines
