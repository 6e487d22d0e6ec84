{%- set check_models = [
    'int_checks_inputs',
    'int_checks_sources',
    'int_checks_keys',
    'int_checks_references',
    'int_checks_values',
    'int_checks_missingness_by_model',
    'int_checks_summaries',
] -%}

with

checks as (
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

select * from checks
