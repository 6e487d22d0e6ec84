{% macro read_ledger(relation, columns) -%}
    {#- a line that a power cut tore reads as nulls; the relation is named for the lineage alone -#}
    {%- set file = env_var('LLM_TELEMETRY_LEDGER', 'artifacts/decision_ledger.jsonl') -%}
    {%- if execute and is_there(file) -%}
    select * from {{ lines_of_json(file, columns) }}
    {%- else -%}
    select {% for name, type in columns.items() %}cast(null as {{ type }}) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
    where false
    {%- endif %}
{%- endmacro %}
