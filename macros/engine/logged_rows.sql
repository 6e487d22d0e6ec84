{% macro logged_rows(query, relation) -%}
    {#- the query of a test that replaces several; what it finds is printed, as dbt counts
        rows only -#}
    {%- if execute and flags.WHICH in ['build', 'test'] -%}
    {%- for row in run_query(query).rows -%}{%- do log(relation ~ ': ' ~ row.values() | join(': '),
        info=true) -%}{%- endfor -%}
    {%- endif -%}
    {{ query }}
{%- endmacro %}
