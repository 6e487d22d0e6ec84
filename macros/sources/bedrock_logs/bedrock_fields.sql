{% macro bedrock_log_fields() -%}
    {#- of a record of the log, without the texts of its bodies -#}
    {{ return({
        '': [
            'timestamp', 'requestId', 'operation', 'modelId', 'errorCode', 'status',
        ],
        'identity': ['arn'],
        'input': {
            '': ['inputTokenCount', 'cacheReadInputTokenCount', 'cacheWriteInputTokenCount'],
            'inputBodyJson': {
                '': ['max_tokens', 'max_completion_tokens', 'max_gen_len', 'temperature', 'top_p'],
                'inferenceConfig': ['maxTokens', 'temperature', 'topP'],
                'textGenerationConfig': ['maxTokenCount', 'temperature', 'topP'],
                'metadata': ['user_id'],
            },
        },
        'output': ['outputTokenCount'],
        'requestMetadata': business_labels() + [
            'session_id', 'sessionId', 'user_id', 'userId', 'user', 'service_name',
        ],
    }) }}
{%- endmacro %}

{% macro bedrock_body_fields() -%}
    {#- of an answer, or of a piece of a stream, in the format of each provider -#}
    {{ return({
        '': [
            'id', 'model', 'stop_reason', 'stopReason', 'finish_reason', 'completionReason',
            'amazon-bedrock-guardrailAction',
        ],
        'message': ['id', 'model', 'stop_reason'],
        'delta': ['stop_reason'],
        'messageStop': ['stopReason'],
        'results[]': ['completionReason'],
        'outputs[]': ['stop_reason'],
        'generations[]': ['finish_reason'],
        'choices[]': ['finish_reason'],
        'metrics': ['latencyMs'],
        'metadata': {'metrics': ['latencyMs']},
        'amazon-bedrock-invocationMetrics': [
            'inputTokenCount', 'outputTokenCount', 'cacheReadInputTokenCount',
            'cacheWriteInputTokenCount', 'invocationLatency', 'firstByteLatency',
        ],
    }) }}
{%- endmacro %}

{% macro bedrock_answer(names) -%}
    {#- the last piece of the answer that has one of the fields counts -#}
    list_filter(
        list_transform(
            answers,
            lambda answer: coalesce(
                {%- for name in names %}answer.{{ name }}{{ ', ' if not loop.last }}{% endfor -%}
            )
        ),
        lambda value: value is not null
    )[-1]
{%- endmacro %}

{% macro bedrock_metric(name) -%}
    {{ bedrock_answer(['"amazon-bedrock-invocationMetrics".' ~ name]) }}
{%- endmacro %}
