{% macro source_tables() -%}
    {#- the tables of each source; a new source is a folder of models/staging and a line here -#}
    {{ return({
        'telemetry_csv': ['interactions'],
        'otlp': [
            'interactions', 'tool_calls', 'branch_decisions', 'evaluations', 'contents',
            'repeated_calls', 'excluded_rows',
        ],
        'litellm': ['interactions', 'tool_calls', 'excluded_rows', 'contents'],
        'langfuse': [
            'interactions', 'tool_calls', 'evaluations', 'excluded_rows', 'contents',
        ],
        'openinference': [
            'interactions', 'tool_calls', 'evaluations', 'excluded_rows', 'contents',
        ],
        'mlflow': ['interactions', 'tool_calls', 'evaluations', 'excluded_rows', 'contents'],
        'bedrock_logs': ['interactions', 'excluded_rows', 'contents'],
        'claude_code': ['interactions', 'tool_calls', 'excluded_rows', 'contents'],
    }) }}
{%- endmacro %}

{% macro sources_on(table='interactions') -%}
    {#- those that are on and have the table, in the order above -#}
    {%- set named, found = text_knob('sources').replace(' ', '').split(','), [] -%}
    {%- for source in named if source not in source_tables() -%}
        {{ exceptions.raise_compiler_error("SOURCES names '" ~ source ~ "': unknown") }}
    {%- endfor -%}
    {%- for source, tables in source_tables().items() if source in named and table in tables -%}
        {%- do found.append(source) -%}
    {%- endfor -%}
    {%- set is_content_read =
        text_knob('keep_content') | float or text_knob('count_prompt_chars') | float -%}
    {{ return(found if table != 'contents' or is_content_read else []) }}
{%- endmacro %}

{% macro is_source_on(relation) -%}
    {#- whether the source of the model stg_<source>__<table> is on -#}
    {%- set source, table = relation.identifier[4:].split('__') -%}
    {{ return(source in sources_on('contents' if table == 'contents' else 'interactions')) }}
{%- endmacro %}

{% macro source_files(source, suffixes) -%}
    {#- the source's files below <data folder>/<source>, else below the data folder itself -#}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set folder = env_var('LLMOPS_DATA_DIR', 'data/sample') -%}
    {%- for place in [folder ~ '/' ~ source, folder] -%}
        {%- set found = run_query(
            "select file from glob(" ~ literal_path(place)[:-1] ~ "/**')"
            ~ " where regexp_matches(file, '[.](" ~ suffixes | join('|') ~ ")([.]gz)?$')"
            ~ " order by file"
        ).columns[0].values() | list -%}
        {%- if found -%}{{ return(found) }}{%- endif -%}
    {%- endfor -%}
    {{ return([]) }}
{%- endmacro %}
