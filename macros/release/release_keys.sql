{% macro release_keys() -%}
    {#- numbers for the versions and the slice of an interaction: grouping by texts takes four times
        as long -#}
    {%- for column in released_columns().split(', ') %}
    {%- set version = "date_trunc('week', timestamp_utc)" if column == 'week' else column %}
    {{ name_code(version) }} as {{ column }}_code,
    {%- endfor %}
    {%- set slice = "coalesce(use_case, 'unknown'), coalesce(account_tier, 'unknown')" %}
    {{ name_code(slice) }} as slice_code
{%- endmacro %}
