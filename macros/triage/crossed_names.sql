{% macro crossed_names(feature) -%}
    {#- the name of a row in a column, or its pair of names in 'a x b' -#}
    {%- for column in feature.split(' x ') -%}
        coalesce(interactions.{{ column }}, 'unknown'){{ " || ' x ' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
