{# a number for names: to group by numbers takes a quarter of the time that names take #}
{% macro name_code(columns) %}hash({{ columns }}){% endmacro %}
