{{ config(
    enabled=is_source_on(this),
    pre_hook='{{ forget_torn_lines() }}',
    post_hook="{{ count_torn_lines(this, gateway_files('langfuse'),
        {'file_path': 'file_path', 'is_object': 'false', 'is_readable': 'false'}) }}"
) }}
{%- do source('langfuse', 'exports') -%}

with

items as (

    {{ langfuse_items(unread='^(input|output|comment)$') }}

),

parsed_items as (

    select
        file_path,
        item is not null as is_object,
        {{ json_fields('item', langfuse_fields()) }} as item

    from items

    -- a list of traces contains only the ids of its observations and scores
    where item is null or json_type(item) = 'OBJECT'

),

parsed_details as (

    select
        *,
        {{ json_fields(
            json_text('item.metadata'),
            business_labels() + ['ls_provider', 'attributes', 'resourceAttributes']
        ) }} as details

    from parsed_items

),

parsed_attributes as (

    select
        * exclude (details),
        {{ without('details', ['attributes', 'resourceAttributes']) }} as details,
        {{ json_fields(json_text('details.attributes'), [
            'session.id', 'gen_ai.conversation.id', 'user.id', 'gen_ai.provider.name',
            'gen_ai.system', 'llm.provider', 'llm.system', 'gen_ai.tool.name', 'tool.name',
            'gen_ai.request.model', 'gen_ai.response.id', 'gen_ai.response.finish_reasons',
            'error.type',
        ]) }} as attributes,
        {{ json_fields(json_text('details.resourceattributes'), ['service.name']) }}
            as resource,
        {{ json_fields(json_text(first_of(langfuse_field('model_parameters'))), [
            'temperature', 'top_p', 'max_tokens', 'max_output_tokens', 'max_completion_tokens',
            'service_tier',
        ]) }} as parameters

    from parsed_details

),

-- user names, and texts that may quote a prompt, go no further
records_without_content as (

    select
        file_path,
        is_object,
        {{ langfuse_kind() }} as kind,
        {{ langfuse_kind() }} is not null as is_readable,
        {{ hashed_user(first_text(
            langfuse_field('user_id') + ['attributes."user.id"']
        )) }} as user_id,
        {{ error_words(first_text(langfuse_field('status_message'))) }}
            as error_words,
        {{ first_text(langfuse_field('status_message')) }} = 'abandoned stream'
            as is_abandoned,
        {{ name_code('item, details, attributes') }} as digest,
        resource,
        details,
        parameters,
        {{ without('attributes', ['user.id']) }} as attributes,
        {{ without('item', [
            'userId', 'user_id', 'metadata', 'statusMessage', 'status_message',
            'modelParameters', 'model_parameters',
        ]) }} as item

    from parsed_attributes

)

select * from records_without_content
