{#- what the console of a provider exports, by the columns that only this export has; `line` is
    the condition of a line that bills something -#}
{% macro invoice_exports() -%}
    {{ return([
        {
            'signs': ['amount_value', 'start_time_iso'],
            'line': "amount_value != ''",
            'model_provider': "'openai'",
            'model_name': "split_part(line_item, ',', 1)",
            'invoice_period': 'left(start_time_iso, 10)',
            'amount_usd': "case when lower(amount_currency) = 'usd' then amount_value end",
        },
        {
            'signs': ['usage_date_utc', 'cost_usd'],
            'model_provider': "'anthropic'",
            'model_name': 'model',
            'invoice_period': 'left(usage_date_utc, 10)',
            'amount_usd': 'cost_usd',
        },
        {
            'signs': ['generation_id', 'cost_total'],
            'invoice_id': 'generation_id',
            'model_provider': "'openrouter'",
            'model_name': 'model_permaslug',
            'invoice_period': 'left(created_at, 10)',
            'amount_usd': 'cost_total',
        },
    ]) }}
{%- endmacro %}

{% macro invoice_export(file, columns) -%}
    {#- the lines of an export in the columns of the contract; empty for a file that has them -#}
    {%- set names = described_columns(file) | map('lower') | list -%}
    {%- for export in invoice_exports()
        if export.signs | reject('in', names) | list | length == 0 and 'amount_usd' not in names %}
    select
        {%- for name in columns %}
        cast({{ export.get(name, 'null') }} as string) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ file_table(file) }}
    where {{ export.get('line', 'true') }}
    {%- endfor -%}
{%- endmacro %}
