{{ config(enabled=is_source_on(this)) }}

with

records as (

    {{ read_records('bedrock_logs', unread='^$') }}

),

parsed_records as (

    select
        {{ json_fields('record', {
            '': ['requestId'], 'input': ['inputBodyJson'], 'output': ['outputBodyJson'],
        }) }} as log

    from records

),

interactions as (

    select interaction_id from {{ ref('stg_bedrock_logs__interactions') }}

),

contents as (

    select
        {{ first_text(['log.requestId']) }} as interaction_id,
        {{ kept_content(safe_content('log.input.inputBodyJson')) }} as prompt_text,
        {{ prompt_chars(safe_content('log.input.inputBodyJson')) }} as prompt_chars,
        {{ kept_content(safe_content('log.output.outputBodyJson')) }} as response_text

    from parsed_records

),

newest_contents as (

    {{ newest_contents('contents', 'interactions') }}

)

select * from newest_contents
