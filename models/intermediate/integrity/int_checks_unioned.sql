{%- set check_models = [
    'int_checks_of_files',
    'int_checks_of_sources',
    'int_checks_of_columns',
    'int_checks_keys',
    'int_checks_of_repeats',
    'int_checks_of_references',
    'int_checks_of_values',
    'int_checks_of_totals',
    'int_checks_of_costs',
    'int_checks_invoices',
    'int_checks_missingness_by_model',
    'int_checks_summaries',
    'int_checks_of_casts',
] -%}

with

gathered as (
    {% for check_model in check_models %}
    select
        check_name,
        table_name,
        column_name,
        checked_rows,
        failed_rows,
        tolerance,
        example_key

    from {{ ref(check_model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from gathered
