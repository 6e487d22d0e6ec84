{{ config(enabled=is_source_on(this)) }}

{%- set asked = ['gen_ai.input.messages', 'input.value', 'gen_ai.prompt', 'input'] -%}
{%- set answered = ['gen_ai.output.messages', 'output.value', 'gen_ai.completion', 'output'] -%}
{%- set said = 'coalesce(span.attributes, log_record.attributes)' -%}
{%- set parts = 'message[.](content|contents[.][0-9]+[.]message_content[.]text)' -%}

with

records as (

    select * from {{ ref('stg_otlp__records') }}

),

calls as (

    select * from {{ ref('stg_otlp__calls') }}

),

listed as (

    select
        {{ otlp_id('coalesce(span.traceId, log_record.traceId)', 16) }} as trace_id,
        {{ otlp_id('coalesce(span.spanId, log_record.spanId)', 8) }} as span_id,
        coalesce(
            {{ otlp_flattened(said, 'gen_ai[.]prompt', 'content') }},
            {{ otlp_flattened(said, 'llm[.]input_messages', parts) }}
        ) as asked_in_parts,
        coalesce(
            {{ otlp_flattened(said, 'gen_ai[.]completion', 'content') }},
            {{ otlp_flattened(said, 'llm[.]output_messages', parts) }}
        ) as answered_in_parts,
        {{ otlp_attributes(said) }}

    from records

),

found as (

    select
        trace_id,
        span_id,
        asked_in_parts,
        answered_in_parts,
        {{ otlp_value({'asked': asked}, 'asked') }} as asked,
        {{ otlp_value({'answered': answered}, 'answered') }} as answered

    from listed

),

-- messages in parts stay the JSON they are
texts as (

    select
        trace_id || '-' || span_id as interaction_id,
        max(coalesce(json_extract_string(asked, '$.stringValue'), asked, asked_in_parts))
            as prompt_text,
        max(coalesce(
            json_extract_string(answered, '$.stringValue'), answered, answered_in_parts
        )) as response_text

    from found

    semi join calls using (trace_id, span_id)

    where coalesce(asked, answered, asked_in_parts, answered_in_parts) is not null

    group by all

),

contents as (

    select
        interaction_id,
        {{ redacted('prompt_text') }} as prompt_text,
        {{ redacted('response_text') }} as response_text

    from texts

)

select * from contents
