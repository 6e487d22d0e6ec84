{% macro newest_first(key, moments) -%}
    {#- keeps the newest of several deliveries of a row, whatever the order of arrival -#}
    row_number() over (
        partition by {{ key }}
        order by {% for moment in moments %}{{ moment }} desc nulls last, {% endfor %}digest desc
    ) = 1
{%- endmacro %}
