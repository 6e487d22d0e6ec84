{{ config(enabled=is_source_on(this)) }}

with

items as (

    {{ langfuse_items(unread='^(comment|metadata)$') }}

),

parsed_items as (

    select
        {{ json_fields('item', ['id', 'startTime', 'start_time', 'input', 'output']) }}
            as item

    from items

    where json_type(item) = 'OBJECT'

),

interactions as (

    select interaction_id from {{ ref('stg_langfuse__interactions') }}

),

contents as (

    select
        {{ first_text(['item.id']) }} as interaction_id,
        {{ kept_content(safe_content('item.input')) }} as prompt_text,
        {{ prompt_chars(safe_content('item.input')) }} as prompt_chars,
        {{ kept_content(safe_content('item.output')) }} as response_text

    from parsed_items

    where coalesce(item.starttime, item.start_time) is not null

),

newest_contents as (

    {{ newest_contents('contents', 'interactions') }}

)

select * from newest_contents
