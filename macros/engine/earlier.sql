{% macro earlier(mart) -%}
    {#- a mart of the last published build, where this one goes on from it; `run` attaches it then -#}
    {#- Spark builds all of it again -#}
    {%- if execute and target.type != 'spark' and not flags.FULL_REFRESH
        and run_query("select 1 from duckdb_databases() where database_name = 'earlier'").rows | length -%}
        earlier.marts.{{ mart }}
    {%- endif -%}
{%- endmacro %}

{# what the build was made from, which only `run` says #}
{% macro build_state() %}cast({{ 'null' if target.type == 'spark' else "getvariable('build_state')" }} as string){% endmacro %}
