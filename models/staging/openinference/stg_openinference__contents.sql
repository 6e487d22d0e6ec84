{{ config(enabled=is_source_on(this)) }}

with

records as (

    {{ read_records('openinference', unread='explanation') }}

),

parsed_records as (

    select {{ json_fields('record', {
        '': [
            'trace_id', 'span_id', 'context.trace_id', 'context.span_id',
            'attributes.input.value', 'attributes.output.value',
            'attributes.llm.input_messages', 'attributes.llm.output_messages', 'attributes',
        ],
        'context': ['trace_id', 'span_id'],
    }) }} as span

    from records

),

parsed_attributes as (

    select
        span,
        {{ json_fields(json_text('span.attributes'), nested_paths([
            'input.value', 'output.value', 'llm.input_messages', 'llm.output_messages',
        ])) }} as attributes

    from parsed_records

),

interactions as (

    select interaction_id from {{ ref('stg_openinference__interactions') }}

),

contents as (

    select
        concat_ws(
            '-',
            {{ first_text(span_keys('trace_id')) }},
            {{ first_text(span_keys('span_id')) }}
        ) as interaction_id,
        {{ kept_content(safe_content(first_of(
            span_attribute('input.value') + span_attribute('llm.input_messages')
        ))) }} as prompt_text,
        {{ prompt_chars(safe_content(first_of(
            span_attribute('input.value') + span_attribute('llm.input_messages')
        ))) }} as prompt_chars,
        {{ kept_content(safe_content(first_of(
            span_attribute('output.value') + span_attribute('llm.output_messages')
        ))) }} as response_text

    from parsed_attributes

),

newest_contents as (

    {{ newest_contents('contents', 'interactions') }}

)

select * from newest_contents
