{%- set subjects = [
    'files',
    'sources',
    'columns',
    'keys',
    'repeats',
    'references',
    'values',
    'totals',
    'costs',
    'invoices',
    'arms',
    'summaries',
    'casts',
] -%}

with

gathered as (
    {% for subject in subjects %}
    select * from {{ ref('int_checks_of_' ~ subject) }}
    {{ 'union all by name' if not loop.last }}
    {%- endfor %}

)

select * from gathered
