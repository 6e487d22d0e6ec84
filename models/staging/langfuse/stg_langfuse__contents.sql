{{ config(enabled=is_source_on(this)) }}

with

items as (

    {{ langfuse_items(unread='^(comment|metadata)$') }}

),

opened as (

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
        {{ redacted(safe_content('item.input')) }} as prompt_text,
        {{ redacted(safe_content('item.output')) }} as response_text

    from opened

    where coalesce(item.starttime, item.start_time) is not null

),

-- of a row delivered twice the one that sorts last stays
newest as (

    select
        contents.interaction_id,
        max(contents.prompt_text) as prompt_text,
        max(contents.response_text) as response_text

    from contents

    semi join interactions on contents.interaction_id = interactions.interaction_id

    where coalesce(contents.prompt_text, contents.response_text) is not null

    group by all

)

select * from newest
