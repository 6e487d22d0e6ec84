{# `relation` only records the lineage #}
{% macro read_ledger(relation, columns) -%}
    {%- set file = env_var('LLM_TELEMETRY_LEDGER', 'artifacts/decision_ledger.jsonl') -%}
    {{ read_journal(file, columns, 'ledger_file') }}
{%- endmacro %}

{% macro read_alert_ledger(relation, columns) -%}
    {%- set file = env_var('LLM_TELEMETRY_ALERT_LEDGER', 'artifacts/alert_ledger.jsonl') -%}
    {{ read_journal(file, columns, 'alert_ledger_file') }}
{%- endmacro %}

{% macro read_review_ledger(relation, columns) -%}
    {%- set file = env_var('LLM_TELEMETRY_REVIEWS', 'artifacts/review_ledger.jsonl') -%}
    {{ read_journal(file, columns, 'review_ledger_file') }}
{%- endmacro %}

{% macro read_journal(file, columns, variable) -%}
    {#- a line torn by a power failure reads as nulls -#}
    {%- if target.type != 'spark' or is_there(file) -%}
    select * from {{ lines_of_json(file, columns, variable=variable) }}
    {%- else -%}
    select
        {%- for name, type in columns.items() %}
        cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
    {%- endif %}
{%- endmacro %}
