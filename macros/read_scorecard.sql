{% macro read_scorecard(columns) -%}
    {#- the scorecard in use as text, or no row where there is none -#}
    {%- set file = env_var('LLM_TELEMETRY_SCORECARD', 'artifacts/triage_scorecard.csv') -%}
    {%- set found = run_query("select file from glob(" ~ literal_path(file) ~ ")") if execute and file -%}
    {%- if found and found.rows | length -%}
    select * from read_csv({{ literal_path(file) }}, {{ csv_dialect() }})
    {%- else -%}
    select {% for name in columns %}cast(null as varchar) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
    where false
    {%- endif %}
{%- endmacro %}
