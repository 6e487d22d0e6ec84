{% macro newest_first(key, moments) -%}
    {#- of a row delivered twice the newest stays, whatever the order of arrival -#}
    row_number() over (
        partition by {{ key }}
        order by {% for moment in moments %}{{ moment }} desc nulls last, {% endfor %}digest desc
    ) = 1
{%- endmacro %}
