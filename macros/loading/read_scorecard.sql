{% macro read_scorecard(columns) -%}
    {#- the current scorecard as text, or no row without one -#}
    {%- set file = env_var('LLM_TELEMETRY_SCORECARD', 'artifacts/triage_scorecard.csv') -%}
    {%- if execute and file and is_there(file) -%}
    select * from {{ file_table(file) }}
    {%- else -%}
    select
        {%- for name in columns %} cast(null as string) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
    {%- endif %}
{%- endmacro %}
