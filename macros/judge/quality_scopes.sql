{#- what a rate of bad answers is stated for: columns of int_quality_calls -#}
{% macro quality_scopes() -%}
    everything model use_case segment prompt_version prompt_category feedback week
    prompt_length
{%- endmacro %}

{#- the columns that identify an estimate -#}
{% macro quality_keys(alias='') -%}
    {%- set of = alias ~ '.' if alias else '' -%}
    {{ of }}dimension, {{ of }}evaluator, {{ of }}evaluator_version, {{ of }}scope_kind,
        {{ of }}scope
{%- endmacro %}

{#- joins two relations on those columns -#}
{% macro same_estimate(left, right) -%}
    {%- for key in ['dimension', 'evaluator', 'evaluator_version', 'scope_kind', 'scope'] -%}
    {{ left }}.{{ key }} = {{ right }}.{{ key }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- joins two relations on the version of an evaluator, measured in one dimension -#}
{% macro same_version(left, right) -%}
    {{ left }}.dimension = {{ right }}.dimension and {{ left }}.evaluator = {{ right }}.evaluator
    and {{ left }}.evaluator_version = {{ right }}.evaluator_version
{%- endmacro %}
