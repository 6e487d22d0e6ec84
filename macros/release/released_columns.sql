{% macro released_columns() -%}
    {#- what a release can be: the columns that the gate compares two values of -#}
    prompt_version, model_name, model_provider, week
{%- endmacro %}

{% macro released_sets(others=[]) -%}
    {#- one grouping set per such column, and one of everything together -#}
    grouping sets (
        {%- for column in released_columns().split(', ') %}
        ({{ ([column ~ '_code'] + others) | join(', ') }}),
        {%- endfor %}
        ({{ others | join(', ') }})
    )
{%- endmacro %}
