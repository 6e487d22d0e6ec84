{% macro read_ledger(relation, columns) -%}
    {#- a line torn by a power failure reads as nulls; `relation` only records the lineage -#}
    {%- set file = env_var('LLM_TELEMETRY_LEDGER', 'artifacts/decision_ledger.jsonl') -%}
    {%- if target.type != 'spark' or is_there(file) -%}
    select * from {{ lines_of_json(file, columns, variable='ledger_file') }}
    {%- else -%}
    select
        {%- for name, type in columns.items() %}
        cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
    {%- endif %}
{%- endmacro %}
