{{ config(enabled=is_source_on(this)) }}

with

records as (

    {{ read_records('litellm', unread='^proxy_server_request$') }}

),

opened as (

    select
        {{ json_fields('record', ['request_id', 'id', 'messages', 'response']) }} as log

    from records

),

interactions as (

    select interaction_id from {{ ref('stg_litellm__interactions') }}

),

contents as (

    select
        {{ first_text(['log.request_id', 'log.id']) }} as interaction_id,
        {{ redacted(safe_content('log.messages')) }} as prompt_text,
        {{ redacted(safe_content('log.response')) }} as response_text

    from opened

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
