{% macro slice_dimensions(suffix='') -%}
    {%- for dimension in [
        'use_case', 'account_tier', 'channel', 'region', 'segment', 'model_provider', 'model_name'
    ] -%}
        {{ dimension }}{{ suffix }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
