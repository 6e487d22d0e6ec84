{% macro release_keys() -%}
    {#- numbers for the versions and the slice of an interaction: grouping by texts takes four times as long -#}
    {%- for column in released_columns().split(', ') %}
    {{ name_code("date_trunc('week', timestamp_utc)" if column == 'week' else column) }} as {{ column }}_code,
    {%- endfor %}
    {{ name_code("coalesce(use_case, 'unknown'), coalesce(account_tier, 'unknown')") }} as slice_code
{%- endmacro %}
