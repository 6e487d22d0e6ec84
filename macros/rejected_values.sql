{% macro rejected_values(columns) -%}
    {%- set casts = columns.items() | rejectattr(1, 'in', ['text', 'user']) | map(attribute=0) | list -%}
    case
        when {% for name in casts %}({{ name }} is null and {{ name }}_text is not null){{ ' or ' if not loop.last }}{% endfor %}
            then list_filter([{% for name in casts %}
                {{ rejected_value(name) }}{{ ',' if not loop.last }}{% endfor %}
            ], lambda rejected: rejected is not null)
    end
{%- endmacro %}

{% macro rejected_value(name) -%}
    {#- nan, null and the like say "missing", which is no fault; a list would be a join, made for every row -#}
    case when {{ name }} is null and not regexp_full_match(trim({{ name }}_text), '(?i)|nan|nat|null|none|na|n/a')
        then {'column_name': '{{ name }}', 'raw_value': {{ name }}_text} end
{%- endmacro %}
