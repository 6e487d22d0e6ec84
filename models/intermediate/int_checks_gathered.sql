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
    select
        check_name,
        table_name,
        column_name,
        checked_rows,
        failed_rows,
        tolerance,
        example_key

    from {{ ref('int_checks_of_' ~ subject) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from gathered
