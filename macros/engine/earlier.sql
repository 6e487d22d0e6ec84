{% macro earlier(mart) -%}
    {#- a mart of the last published build, which `run` attaches when this build extends it; else
        nothing; Spark always builds everything -#}
    {%- if execute and target.type != 'spark' and not flags.FULL_REFRESH
        and run_query(
            "select 1 from duckdb_databases() where database_name = 'earlier'"
        ).rows | length -%}
        earlier.marts.{{ mart }}
    {%- endif -%}
{%- endmacro %}

{# a digest of the inputs of the build, which only `run` sets #}
{% macro build_state() -%}
    cast({{ 'null' if target.type == 'spark' else "getvariable('build_state')" }} as string)
{%- endmacro %}
