{{ config(
    enabled=is_source_on(this),
    pre_hook='{{ forget_torn_lines() }}',
    post_hook="{{ count_torn_lines(this, gateway_files('mlflow'),
        {'file_path': 'file_path', 'is_readable': 'false'}) }}"
) }}
{%- do source('mlflow', 'traces') -%}

with

items as (

    {{ mlflow_items(unread='^(request|response|request_preview|response_preview)$') }}

),

parsed_items as (

    select
        file_path,
        own,
        span is not null as is_span,
        {{ json_fields('info', mlflow_info_fields()) }} as info,
        {{ json_fields('span', mlflow_span_fields()) }} as span

    from items

),

unquoted_items as (

    select
        *,
        upper({{ mlflow_value('mlflow.spanType') }}) as span_type,
        coalesce(span.start_time_unix_nano, span.start_time) as started_at,
        {{ mlflow_value('mlflow.llm.cost') }} as cost_text,
        {{ mlflow_value('invocation_params') }} as parameters_text,
        coalesce(
            {{ mlflow_value('mlflow.linkedPrompts') }}, info.tags."mlflow.linkedPrompts"
        ) as prompts_text,
        coalesce(span_type in ('LLM', 'CHAT_MODEL'), false) as is_call,
        if(is_call, {{ mlflow_value('mlflow.spanInputs') }}, null) as inputs_text,
        if(is_call, {{ mlflow_value('mlflow.spanOutputs') }}, null) as outputs_text,
        contains(outputs_text, '"generations"') as is_langchain,
        list_filter(span.events, lambda event: event.name = 'exception')[-1].attributes
            as exception

    from parsed_items

),

parsed_attributes as (

    select
        *,
        {{ json_fields(
            json_text(mlflow_value('mlflow.chat.tokenUsage')), [
            'input_tokens', 'output_tokens', 'total_tokens', 'cache_read_input_tokens',
            'cache_creation_input_tokens',
        ]) }} as usage,
        {{ json_fields('try_cast(inputs_text as json)', mlflow_input_fields()) }}
            as inputs,
        {{ json_fields('try_cast(parameters_text as json)', mlflow_input_fields()) }}
            as parameters,
        {{ json_fields('try_cast(outputs_text as json)', mlflow_output_fields()) }}
            as outputs,
        json_transform(
            try_cast(prompts_text as json),
            '[{"name": "VARCHAR", "version": "VARCHAR"}]'
        )[1] as prompt

    from unquoted_items

),

-- user names, and texts that may quote a prompt, go no further
records_without_content as (

    select
        file_path,
        case
            when coalesce(span.span_id, span.context.span_id) is not null
                then if(started_at is null, null, 'span')
            when not is_span and coalesce(info.trace_id, info.request_id) is not null
                then 'trace'
        end as kind,
        kind is not null as is_readable,
        is_call,
        span_type,
        coalesce(
            info.trace_id, info.request_id, {{ mlflow_value('mlflow.traceRequestId') }},
            own.trace_id, span.trace_id
        ) as trace_id,
        coalesce(
            info.trace_metadata."mlflow.trace.session",
            info.request_metadata."mlflow.trace.session",
            {{ mlflow_value('session.id') }},
            own.session_id
        ) as session_id,
        {{ hashed_user(first_text([
            'info.trace_metadata."mlflow.trace.user"', 'info.request_metadata."mlflow.trace.user"',
            mlflow_value('user.id'), "'unknown'",
        ])) }} as user_id,
        {%- for label in business_labels() %}
        {{ first_text([
            'info.tags.' ~ label, 'info.trace_metadata.' ~ label, 'info.request_metadata.' ~ label,
        ]) }} as {{ label }},
        {%- endfor %}
        info.tags."mlflow.traceName" as trace_name,
        if(is_span, null, info.assessments) as assessments,
        {{ mlflow_value('mlflow.llm.model') }} as logged_model,
        {{ mlflow_value('mlflow.llm.provider') }} as provider,
        coalesce(
            json_extract_string(try_cast(cost_text as json), '$.total_cost'),
            own.total_cost
        ) as cost,
        usage,
        inputs,
        parameters,
        outputs,
        prompt,
        if(
            is_langchain,
            coalesce(
                {{ langchain_generation('generation_info.finish_reason') }},
                {{ langchain_generation('message.response_metadata.finish_reason') }},
                {{ langchain_generation('message.response_metadata.stop_reason') }}
            ),
            null
        ) as langchain_finish_reason,
        if(
            is_langchain,
            {{ langchain_generation(
                'message.usage_metadata.output_token_details.reasoning'
            ) }},
            null
        ) as langchain_reasoning_tokens,
        exception."exception.type" as exception_type,
        {{ error_words(
            "concat_ws(' ', span.status.message, span.status_message, "
            ~ 'exception."exception.message")'
        ) }} as error_words,
        list_transform(
            list_filter(
                span.events, lambda event: starts_with(event.name, 'mlflow.chunk.item.')
            ),
            lambda event: coalesce(event.time_unix_nano, event.timestamp)
        ) as chunk_times,
        {{ name_code('info, span') }} as digest,
        struct_update(
            span,
            status := {{ without('span.status', ['message']) }},
            status_message := null,
            attributes := null,
            events := null
        ) as span

    from parsed_attributes

)

select * from records_without_content
