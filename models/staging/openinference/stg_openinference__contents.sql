{{ config(enabled=is_source_on(this)) }}

with

records as (

    {{ read_records('openinference', unread='explanation') }}

),

opened as (

    select {{ json_fields('record', {
        '': [
            'span_id', 'context.span_id', 'attributes.input.value', 'attributes.output.value', 'attributes.llm.input_messages',
            'attributes.llm.output_messages', 'attributes',
        ],
        'context': ['span_id'],
    }) }} as span

    from records

),

attributed as (

    select
        span,
        {{ json_fields(json_text('span.attributes'), nested_paths([
            'input.value', 'output.value', 'llm.input_messages', 'llm.output_messages',
        ])) }} as attributes

    from opened

),

interactions as (

    select interaction_id from {{ ref('stg_openinference__interactions') }}

),

contents as (

    select
        {{ first_text(span_keys('span_id')) }} as interaction_id,
        {{ redacted(safe_content(first_of(
            span_attribute('input.value') + span_attribute('llm.input_messages')
        ))) }} as prompt_text,
        {{ redacted(safe_content(first_of(
            span_attribute('output.value') + span_attribute('llm.output_messages')
        ))) }} as response_text

    from attributed

),

newest as (

    {{ newest_contents('contents', 'interactions') }}

)

select * from newest
