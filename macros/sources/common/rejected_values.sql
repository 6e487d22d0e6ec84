{% macro rejected_values(columns) -%}
    {%- set casts = columns.items() | rejectattr(1, 'in', ['text', 'user'])
        | map(attribute=0) | list -%}
    {%- set rejected = [] -%}
    {%- for name in casts -%}
        {%- do rejected.append(rejected_value(name)) -%}
    {%- endfor -%}
    case
        when
            {%- for name in casts %}
            ({{ name }} is null and {{ name }}_text is not null){{ ' or' if not loop.last }}
            {%- endfor %}
            then {{ without_nulls(list_of(rejected | join(', '))) }}
    end
{%- endmacro %}

{% macro rejected_value(name) -%}
    {#- nan, null and the like mean a missing value and are not rejected; matched by a pattern,
        because a list of them would become a join -#}
    {%- set missing = "'(?i)^(|nan|nat|null|none|na|n/a)$'" -%}
    case
        when {{ name }} is null and not {{ matches('trim(' ~ name ~ '_text)', missing) }}
            then {{ struct_of({'column_name': "'" ~ name ~ "'", 'raw_value': name ~ '_text'}) }}
    end
{%- endmacro %}
