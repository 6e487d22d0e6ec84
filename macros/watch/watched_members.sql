{#- the members of the watched dimensions that a cell of calls belongs to, as a list of structs;
    null where the cell has no such name. Cells with a use case hold each call once -#}
{% macro watched_members(has_outcomes=true) -%}
    {%- set members = {
        'all': "if(use_case is null, null, 'all')",
        'use_case': 'use_case',
        'model_provider': 'model_provider',
        'model': 'model_name',
        'prompt_version': 'prompt_version',
        'use_case_and_prompt_version': "use_case || ' / ' || prompt_version",
    } -%}
    {%- if has_outcomes -%}
    {%- do members.update({'account_tier': 'account_tier', 'failure_type': 'failure_type'}) -%}
    {%- endif -%}
    {%- set structs = [] -%}
    {%- for dimension, member in members.items() -%}
    {%- do structs.append(struct_of({'dimension': "'" ~ dimension ~ "'", 'member': member})) -%}
    {%- endfor -%}
    {{ list_of(structs | join(', ')) }}
{%- endmacro %}

{#- the names of a call that members are made of -#}
{% macro watched_names() -%}
    {%- for name in ['use_case', 'model_provider', 'model_name', 'prompt_version'] -%}
    coalesce({{ name }}, 'unknown') as {{ name }},
    {% endfor -%}
{%- endmacro %}
