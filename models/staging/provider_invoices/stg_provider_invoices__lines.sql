{%- set columns = {
    'invoice_id': 'text',

    'model_provider': 'text',
    'model_name': 'text',
    'invoice_period': 'text',

    'amount_usd': 'double',
} -%}

{{ typed_table(source('provider_invoices', 'lines'), columns) }}
