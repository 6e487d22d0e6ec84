{{ config(
    enabled=is_source_on(this),
    pre_hook='{{ forget_torn_lines() }}',
    post_hook="{{ count_torn_lines(this, gateway_files('openinference'),
        {'file_path': 'file_path', 'is_object': 'false', 'is_readable': 'false'}) }}"
) }}
{%- do source('openinference', 'spans') -%}

with

records as (

    {{ read_records('openinference', unread=openinference_content()) }}

),

parsed_records as (

    select
        file_path,
        record is not null as is_object,
        {{ json_fields('record', openinference_columns()) }} as span,
        -- evaluators may add columns that bear their names
        {{ evaluation_columns('record') }} as evaluation_columns

    from records

),

parsed_attributes as (

    select
        *,
        {{ json_fields(
            json_text('span.attributes'),
            nested_paths(openinference_attributes(), flat_labels())
        ) }} as attributes

    from parsed_records

),

parsed_details as (

    select
        *,
        {{ json_fields(
            json_text(first_of(span_attribute('metadata'))), business_labels()
        ) }} as details,
        {{ json_fields(
            json_text(first_of(span_attribute('llm.invocation_parameters'))), [
            'model', 'temperature', 'top_p', 'max_tokens', 'max_output_tokens',
            'max_completion_tokens', 'stream', 'service_tier',
        ]) }} as parameters,
        json_transform(
            {{ json_text('span.events') }},
            '[{"name": "VARCHAR", "timestamp": "VARCHAR"}]'
        ) as events

    from parsed_attributes

),

-- user names, and texts that may quote a prompt, go no further
records_without_content as (

    select
        file_path,
        is_object,
        {{ openinference_kind() }} as kind,
        {{ openinference_kind() }} is not null as is_readable,
        {{ hashed_user(first_text(span_attribute('user.id'))) }} as user_id,
        {{ error_words(
            "concat_ws(' ', span.status_message, regexp_extract(span.events, 'exception[^}]*'))"
        ) }} as error_words,
        span.status_message = 'abandoned stream' as is_abandoned,
        list_filter(
            events, lambda event: event.name = 'First Token Stream Event'
        )[1].timestamp as first_token_at,
        {{ name_code('span, attributes, evaluation_columns') }} as digest,
        evaluation_columns,
        details,
        parameters,
        {{ without('span', [
            'status_message', 'events', 'attributes', 'attributes.user.id',
            'attributes.metadata', 'attributes.llm.invocation_parameters',
        ]) }} as span,
        struct_update(
            {{ without('attributes', [
                'user.id', 'user', 'metadata', 'llm.invocation_parameters',
            ]) }},
            llm := {{ without('attributes.llm', ['invocation_parameters']) }}
        ) as attributes

    from parsed_details

)

select * from records_without_content
