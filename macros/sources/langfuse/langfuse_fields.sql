{% macro langfuse_fields() -%}
    {#- in the spelling of the API and in that of the blob storage export -#}
    {%- set names = [
        'id', 'type', 'name', 'level', 'version', 'environment', 'model', 'latency', 'value',
        'source', 'timestamp', 'tags', 'metadata', 'usage',
    ] -%}
    {%- for name in [
        'trace_id', 'parent_observation_id', 'observation_id', 'user_id', 'session_id',
        'trace_name', 'start_time', 'end_time', 'updated_at', 'completion_start_time',
        'time_to_first_token', 'status_message', 'provided_model_name', 'internal_model_id',
        'model_id', 'model_parameters', 'usage_details', 'input_usage', 'output_usage',
        'total_usage', 'prompt_tokens', 'completion_tokens', 'total_tokens', 'input_tokens',
        'output_tokens', 'cost_details', 'total_cost', 'calculated_total_cost', 'prompt_name',
        'prompt_version', 'string_value', 'data_type',
    ] -%}
        {%- do names.extend([name, camel_case(name)]) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro camel_case(name) -%}
    {%- set words = name.split('_') -%}
    {{ return(words[0] ~ words[1:] | map('capitalize') | join) }}
{%- endmacro %}

{% macro langfuse_kind() -%}
    {%- set ids = langfuse_field('trace_id') + langfuse_field('observation_id')
        + langfuse_field('session_id') -%}
    case
        when item.id is not null
            and coalesce(item.startTime, item.start_time) is not null then 'observation'
        when item.name is not null
            and {{ first_text(ids) }} is not null
            and {{ first_text(['item.value'] + langfuse_field('string_value')) }} is not null
            then 'score'
        when item.id is not null and item.timestamp is not null and item.type is null then 'trace'
    end
{%- endmacro %}

{% macro response_id_of_observation(id) -%}
    {#- LiteLLM puts the time and the response id into the id of an observation -#}
    regexp_extract({{ id }}, '^time-[0-9-]+_(.+)$', 1)
{%- endmacro %}

{% macro langfuse_field(name) -%}
    {{ return(['item.' ~ camel_case(name), 'item.' ~ name]) }}
{%- endmacro %}
