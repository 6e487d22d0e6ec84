{{ config(enabled=is_source_on(this)) }}

with

records as (

    {{ read_records('litellm', unread='^proxy_server_request$') }}

),

parsed_records as (

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
        {{ kept_content(safe_content('log.messages')) }} as prompt_text,
        {{ prompt_chars(safe_content('log.messages')) }} as prompt_chars,
        {{ kept_content(safe_content('log.response')) }} as response_text

    from parsed_records

),

newest_contents as (

    {{ newest_contents('contents', 'interactions') }}

)

select * from newest_contents
