{% macro decile(rows, feature) -%}
    {#- open ends; edges that are equal leave nothing between them, which merges their bins -#}
    1
    {%- for edge in range(1, 10) %}
    + cast({{ rows }}.{{ feature }} > edges.{{ feature }}_{{ edge }} as integer)
    {%- endfor %}
{%- endmacro %}
