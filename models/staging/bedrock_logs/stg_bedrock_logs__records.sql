{{ config(
    enabled=is_source_on(this),
    pre_hook='{{ forget_torn_lines() }}',
    post_hook="{{ count_torn_lines(this, gateway_files('bedrock_logs'),
        {'file_path': 'file_path', 'is_object': 'false', 'is_readable': 'false'}) }}"
) }}
{%- do source('bedrock_logs', 'logs') -%}

with

records as (

    {{ read_records('bedrock_logs', unread='^$') }}

),

parsed_records as (

    select
        file_path,
        record is not null as is_object,
        {{ json_fields('record', bedrock_log_fields()) }} as log,
        record -> '$.output.outputBodyJson' as body

    from records

),

-- a stream's body is the list of its pieces
parsed_bodies as (

    select
        * exclude (body),
        json_transform(
            case when json_type(body) = 'ARRAY' then body else json_array(body) end,
            '{{ tojson([json_shape(bedrock_body_fields())]) }}'
        ) as answers

    from parsed_records

),

named_users as (

    select
        *,
        {{ first_text([
            'log.requestMetadata.user_id', 'log.requestMetadata.userId', 'log.requestMetadata.user',
            'log.input.inputBodyJson.metadata.user_id',
        ]) }} as user_name,
        -- a client without a session name of its own makes one up for each process
        regexp_replace(
            log.identity.arn, '/(botocore|aws-sdk-[a-z0-9]+)-session-[0-9]+$', ''
        ) as identity

    from parsed_bodies

),

-- user names, and texts that may quote a prompt, go no further
records_without_content as (

    select
        file_path,
        is_object,
        case
            when
                log.requestid is not null
                and log.timestamp is not null
                and log.modelid is not null
                then 'call'
            when
                coalesce(log.requestid, log.timestamp, log.modelid) is null
                and regexp_matches(file_path, '_(in|out)put[.]json')
                then 'body'
        end as kind,
        coalesce(is_object and kind is not null, false) as is_readable,
        {{ hashed_user(
            "coalesce(" ~ claude_code_account('user_name') ~ ", user_name, identity, 'unknown')"
        ) }} as user_id,
        {{ claude_code_session('user_name') }} as client_session_id,
        {{ bedrock_answer(['message.id', 'id']) }} as response_id,
        {{ bedrock_answer(['message.model', 'model']) }} as response_model,
        {{ bedrock_answer([
            'delta.stop_reason', 'messageStop.stopReason', 'message.stop_reason', 'stop_reason',
            'stopReason', 'finish_reason', 'completionReason', 'results[1].completionReason',
            'outputs[1].stop_reason', 'generations[1].finish_reason', 'choices[1].finish_reason',
        ]) }} as stop_reason,
        {{ bedrock_answer(['"amazon-bedrock-guardrailAction"']) }} as guardrail_action,
        {{ bedrock_answer(['metrics.latencyMs', 'metadata.metrics.latencyMs']) }}
            as latency_ms,
        {%- for name in [
            'inputTokenCount', 'outputTokenCount', 'cacheReadInputTokenCount',
            'cacheWriteInputTokenCount', 'invocationLatency', 'firstByteLatency',
        ] %}
        {{ bedrock_metric(name) }} as metric_{{ name }},
        {%- endfor %}
        {{ name_code('log, answers') }} as digest,
        {{ without('log', ['identity', 'input', 'requestMetadata']) }} as log,
        {{ without('log.input', ['inputBodyJson']) }} as input,
        {{ without('log.input.inputBodyJson', ['metadata']) }} as parameters,
        {{ without('log.requestMetadata', ['user_id', 'userId', 'user']) }} as labels

    from named_users

)

select * from records_without_content
