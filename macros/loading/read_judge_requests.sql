{% macro read_judge_requests(relation) -%}
    {#- of `llm-telemetry judge --endpoint`; `relation` only records the lineage -#}
    {%- set folder = env_var('LLM_TELEMETRY_JUDGE_SCORES', 'artifacts/judge_scores') -%}
    {%- set file = folder ~ '/requests.jsonl' -%}
    {%- set columns = {
        'event': 'string',
        'request_id': 'string',
        'judge_version': 'string',
        'evaluator': 'string',
        'model_name': 'string',
        'purpose': 'string',
        'error_type': 'string',
        'reserved_usd': 'double',
        'cost_usd': 'double',
        'input_tokens': 'bigint',
        'output_tokens': 'bigint',
        'calls': 'bigint',
        'is_usage_known': 'boolean',
        'is_final': 'boolean',
        'noted_at': 'timestamp',
    } -%}
    {{ read_journal(file, columns, 'judge_requests_file') }}
{%- endmacro %}
