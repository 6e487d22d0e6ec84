{% macro claude_code_fields() -%}
    {#- of a line of a session, without what anyone or any tool said -#}
    {{ return({
        '': [
            'type', 'subtype', 'uuid', 'parentUuid', 'timestamp', 'sessionId', 'version',
            'entrypoint', 'isSidechain', 'agentId', 'isApiErrorMessage', 'apiErrorStatus', 'error',
            'retryAttempt', 'costUSD',
        ],
        'forkedFrom': ['sessionId'],
        'message': {
            '': ['id', 'model', 'stop_reason'],
            'usage': {
                '': [
                    'input_tokens', 'output_tokens', 'cache_read_input_tokens',
                    'cache_creation_input_tokens', 'service_tier',
                ],
                'cache_creation': ['ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'],
                'output_tokens_details': ['thinking_tokens'],
            },
        },
    }) }}
{%- endmacro %}

{% macro claude_code_kind() -%}
    {#- lines of the model <synthetic> that are no errors were written by the client itself -#}
    case
        when log.type = 'assistant' and (is_error or log.message.model != '<synthetic>')
            then 'answer'
        when log.type = 'user' then 'user'
        when log.type = 'system' and log.subtype = 'api_error' then 'retry'
        when log.type is not null then 'other'
        -- the client indexes its sessions in files beside them
        when is_object and not regexp_matches(file_path, '[.]jsonl([.]gz)?$') then 'other'
    end
{%- endmacro %}

{% macro claude_code_provider(id, model) -%}
    {#- the platforms that resell Claude put their mark into the ids of its answers -#}
    case
        when starts_with({{ id }}, 'msg_bdrk_') then 'aws.bedrock'
        when starts_with({{ id }}, 'msg_vrtx_') then 'gcp.vertex_ai'
        else {{ provider_of_model(model) }}
    end
{%- endmacro %}

{% macro is_claude_code_refusal(error) -%}
    {#- no model was called: nobody is logged in, or the account may not call it -#}
    regexp_matches(
        {{ error }},
        '(?i)^(?:authentication_failed|oauth_[a-z_]+|billing_error|model_not_found)\b|run /login'
    )
{%- endmacro %}
