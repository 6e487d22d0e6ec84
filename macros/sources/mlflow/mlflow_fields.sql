{% macro mlflow_info_fields() -%}
    {%- set metadata = ['mlflow.trace.session', 'mlflow.trace.user'] + business_labels() -%}
    {{ return({
        '': ['trace_id', 'request_id'],
        'trace_metadata': metadata,
        'request_metadata': metadata,
        'tags': ['mlflow.traceName', 'mlflow.linkedPrompts'] + business_labels(),
        'assessments[]': {
            '': [
                'assessment_id', 'assessment_name', 'span_id', 'create_time', 'last_update_time',
                'valid',
            ],
            'source': ['source_type'],
            'feedback': ['value'],
        },
    }) }}
{%- endmacro %}

{% macro mlflow_span_fields() -%}
    {#- of MLflow 3, and the names of MLflow 2 -#}
    {{ return({
        '': [
            'trace_id', 'span_id', 'parent_span_id', 'parent_id', 'name', 'start_time_unix_nano',
            'end_time_unix_nano', 'start_time', 'end_time', 'status_code', 'status_message',
        ],
        'context': ['span_id'],
        'status': ['code', 'message'],
        'attributes': [
            'mlflow.spanType', 'mlflow.traceRequestId', 'mlflow.chat.tokenUsage', 'mlflow.llm.cost',
            'mlflow.llm.model', 'mlflow.llm.provider', 'mlflow.spanInputs', 'mlflow.spanOutputs',
            'mlflow.linkedPrompts', 'invocation_params', 'session.id', 'user.id',
        ],
        'events[]': {
            '': ['name', 'time_unix_nano', 'timestamp'],
            'attributes': ['exception.type', 'exception.message'],
        },
    }) }}
{%- endmacro %}

{% macro mlflow_input_fields() -%}
    {{ return({
        '': [
            'model', 'modelId', 'temperature', 'top_p', 'max_tokens', 'max_completion_tokens',
            'max_output_tokens', 'stream', 'service_tier',
        ],
        'inferenceConfig': ['maxTokens', 'temperature', 'topP'],
        'config': ['temperature', 'top_p', 'max_output_tokens'],
    }) }}
{%- endmacro %}

{% macro mlflow_output_fields() -%}
    {#- of an answer, in the format of each client -#}
    {{ return({
        '': ['id', 'object', 'model', 'status', 'stop_reason', 'stopReason', 'service_tier'],
        'choices[]': ['finish_reason'],
        'candidates[]': ['finish_reason'],
        'incomplete_details': ['reason'],
        'usage': {
            'completion_tokens_details': ['reasoning_tokens'],
            'output_tokens_details': ['reasoning_tokens', 'thinking_tokens'],
        },
        'usage_metadata': ['thoughts_token_count'],
    }) }}
{%- endmacro %}

{% macro mlflow_value(attribute) -%}
    {#- every attribute is JSON in a string, a text in quotes too -#}
    coalesce(
        json_extract_string(try_cast(span.attributes."{{ attribute }}" as json), '$'),
        span.attributes."{{ attribute }}"
    )
{%- endmacro %}

{% macro mlflow_id(id) -%}
    {#- in hexadecimal digits: MLflow 3 writes base64, MLflow 2 a prefix -#}
    case
        when starts_with({{ id }}, '0x') then substr({{ id }}, 3)
        when regexp_full_match({{ id }}, '[0-9a-f]{16}|[0-9a-f]{32}') then {{ id }}
        else coalesce(lower(hex(try(from_base64({{ id }})))), {{ id }})
    end
{%- endmacro %}

{% macro langchain_generation(path) -%}
    {#- of the first answer in what LangChain's callbacks hand over -#}
    json_extract_string(
        try_cast(outputs_text as json), '$.generations[0][0].{{ path }}'
    )
{%- endmacro %}
