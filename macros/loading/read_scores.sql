{% macro read_scores(relation) -%}
    {#- the files that `llm-telemetry judge` landed; `relation` only records the lineage -#}
    {%- set folder = env_var('LLM_TELEMETRY_JUDGE_SCORES', 'artifacts/judge_scores') -%}
    {%- set files = literal_path(folder)[:-1] ~ "/*.parquet'" -%}
    {%- set columns = {
        'interaction_id': 'string',
        'evaluator': 'string',
        'evaluator_version': 'string',
        'evaluator_kind': 'string',
        'score': 'double',
        'sample_share': 'double',
        'error_type': 'string',
        'scored_at': 'timestamp',
    } -%}
    {%- set is_there = execute and target.type != 'spark' and run_query(
        'select count(*) > 0 as is_there from glob(' ~ files ~ ')'
    ).columns[0].values()[0] -%}
    select
        {%- for name, type in columns.items() %}
        {{ name if is_there else 'cast(null as ' ~ type ~ ') as ' ~ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    {%- if is_there %}
    from read_parquet({{ files }})
    {%- else %}
    where false
    {%- endif %}
{%- endmacro %}
