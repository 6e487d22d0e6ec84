{% macro earlier(mart) -%}
    {#- a mart of the last published build, where this one goes on from it; `run` attaches it then -#}
    {%- if execute and not flags.FULL_REFRESH
        and run_query("select 1 from duckdb_databases() where database_name = 'earlier'").rows | length -%}
        earlier.marts.{{ mart }}
    {%- endif -%}
{%- endmacro %}
