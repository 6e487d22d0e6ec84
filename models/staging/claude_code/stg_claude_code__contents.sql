{{ config(enabled=is_source_on(this)) }}

with

records as (

    {{ read_records('claude_code', unread='^toolUseResult$') }}

),

parsed_records as (

    select {{ json_fields('record', {
        '': ['type', 'uuid', 'parentUuid', 'timestamp'], 'message': ['id', 'content'],
    }) }} as log

    from records

),

-- a session that was continued in another file repeats its lines
lines as (

    select
        log.type,
        log.uuid,
        any_value(log.parentuuid) as parent_line_id,
        min(log.timestamp) as line_at,
        coalesce(any_value(log.message.id), log.uuid) as interaction_id,
        max(log.message.content) as content

    from parsed_records

    where log.type in ('user', 'assistant')

    group by log.type, log.uuid

),

interactions as (

    select interaction_id from {{ ref('stg_claude_code__interactions') }}

),

answers as (

    select
        answers.interaction_id,
        string_agg(prompts.content, ' ' order by prompts.line_at, prompts.uuid)
            as prompt,
        string_agg(answers.content, ' ' order by answers.line_at, answers.uuid)
            as response

    from lines as answers

    left join lines as prompts
        on answers.parent_line_id = prompts.uuid and prompts.type = 'user'

    where answers.type = 'assistant'

    group by all

),

contents as (

    select
        interaction_id,
        {{ kept_content(safe_content('prompt')) }} as prompt_text,
        -- the whole conversation was sent, not this part alone
        cast(null as bigint) as prompt_chars,
        {{ kept_content(safe_content('response')) }} as response_text

    from answers

),

newest_contents as (

    {{ newest_contents('contents', 'interactions') }}

)

select * from newest_contents
