{{ config(
    enabled=is_source_on(this),
    pre_hook='{{ forget_torn_lines() }}',
    post_hook="{{ count_torn_lines(this, gateway_files('claude_code'),
        {'file_path': 'file_path', 'is_object': 'false', 'is_readable': 'false'}) }}"
) }}
{%- do source('claude_code', 'sessions') -%}
{%- set own_limits = '(?i)(?:hit|reached) your [a-z0-9 -]*limit|limit reached' -%}

with

records as (

    {{ read_records('claude_code', unread='^toolUseResult$') }}

),

parsed_records as (

    select
        file_path,
        coalesce(json_type(record) = 'OBJECT', false) as is_object,
        {{ json_fields('record', claude_code_fields()) }} as log,
        record -> '$.message.content' as content

    from records

),

parsed_blocks as (

    select
        * exclude (content),
        json_transform(
            case
                when json_type(content) = 'ARRAY' then content
                else json_array(json_object('type', 'text', 'text', content))
            end,
            '{{ tojson([json_shape([
                "type", "text", "id", "name", "tool_use_id", "is_error", "content",
            ])]) }}'
        ) as blocks

    from parsed_records

),

marked_errors as (

    select
        *,
        blocks[1].text as said,
        log.type = 'assistant'
        and (
            coalesce({{ safe_boolean('log.isApiErrorMessage') }}, false)
            or (
                log.message.model = '<synthetic>'
                and starts_with(said, 'API Error')
            )
        ) as is_error

    from parsed_blocks

),

-- texts go no further
records_without_content as (

    select
        file_path,
        is_object,
        {{ claude_code_kind() }} as kind,
        {{ claude_code_kind() }} is not null as is_readable,
        is_error,
        if(
            is_error,
            concat_ws(
                ' ',
                regexp_extract(log.error, '^[a-z_]+$'),
                log.apierrorstatus,
                {{ error_words('said') }},
                if(regexp_matches(said, '{{ own_limits }}'), 'rate limit', null),
                if(contains(said, 'run /login'), 'run /login', null)
            ),
            null
        ) as error,
        coalesce(
            log.type = 'user' and said = '[Request interrupted by user]', false
        ) as is_interruption,
        list_transform(
            list_filter(
                blocks, lambda block: block.type in ('tool_use', 'tool_result')
            ),
            lambda block: {
                'tool_use_id': coalesce(block.tool_use_id, block.id),
                'tool_name': block.name,
                'is_result': block.type = 'tool_result',
                'is_error': coalesce({{ safe_boolean('block.is_error') }}, false),
                -- the user's refusal is no failure of the tool
                'is_refused': regexp_matches(
                    block.content,
                    '(?i)user doesn''t want to (proceed|take)|interrupted by user'
                )
            }
        ) as tools,
        {{ without('log', ['error']) }} as log,
        {{ name_code('log, blocks') }} as digest

    from marked_errors

)

select * from records_without_content
