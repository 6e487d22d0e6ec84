{#- the column names of a file, as the contract has them where a setting names them -#}
{% macro described_columns(file) -%}
    {{ return(contract_names(file).keys() | list) }}
{%- endmacro %}

{#- the columns of a file by their names in the contract: a setting may name them otherwise -#}
{% macro contract_names(file) -%}
    {%- set renamed, names = renamed_columns(file), {} -%}
    {%- for name in file_columns(file) -%}
        {%- do names.update({renamed.get(name | lower, name): name}) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- by the column of a file, in lower case, the contract's -#}
{% macro renamed_columns(file) -%}
    {%- set name = file | replace('\\', '/') | replace(
        env_var('LLMOPS_DATA_DIR', 'data/sample') ~ '/', '') -%}
    {{ return(column_settings().get(name.split('/')[0].split('.')[0], {})) }}
{%- endmacro %}

{#- LLM_TELEMETRY_COLUMNS: {"llm_system_interactions": {"model": "model_name"}} -#}
{% macro column_settings() -%}
    {{ return(fromjson(env_var('LLM_TELEMETRY_COLUMNS', '') or '{}')) }}
{%- endmacro %}
