{{ config(enabled=is_source_on(this)) }}

{%- set keys = {
    'prompt': ['gen_ai.input.messages', 'input.value', 'gen_ai.prompt', 'input'],
    'response': ['gen_ai.output.messages', 'output.value', 'gen_ai.completion', 'output'],
} -%}
{%- set attributes = 'coalesce(span.attributes, log_record.attributes)' -%}
{%- set parts = 'message[.](content|contents[.][0-9]+[.]message_content[.]text)' -%}

with

records as (

    select * from {{ ref('stg_otlp__records') }}

),

calls as (

    select * from {{ ref('stg_otlp__calls') }}

),

attribute_lists as (

    select
        {{ otlp_id('coalesce(span.traceId, log_record.traceId)', 16) }} as trace_id,
        {{ otlp_id('coalesce(span.spanId, log_record.spanId)', 8) }} as span_id,
        coalesce(
            {{ otlp_flattened(attributes, 'gen_ai[.]prompt', 'content') }},
            {{ otlp_flattened(attributes, 'llm[.]input_messages', parts) }}
        ) as prompt_parts,
        coalesce(
            {{ otlp_flattened(attributes, 'gen_ai[.]completion', 'content') }},
            {{ otlp_flattened(attributes, 'llm[.]output_messages', parts) }}
        ) as response_parts,
        {{ otlp_raw_attributes(attributes) }}

    from records

),

values_of_keys as (

    select
        trace_id,
        span_id,
        prompt_parts,
        response_parts,
        {{ otlp_value(keys, 'prompt') }} as prompt,
        {{ otlp_value(keys, 'response') }} as response

    from attribute_lists

),

-- a list of messages stays JSON
texts as (

    select
        trace_id || '-' || span_id as interaction_id,
        max(coalesce(
            json_extract_string(prompt, '$.stringValue'), prompt, prompt_parts
        )) as prompt_text,
        max(coalesce(
            json_extract_string(response, '$.stringValue'), response, response_parts
        )) as response_text

    from values_of_keys

    semi join calls using (trace_id, span_id)

    where coalesce(prompt, response, prompt_parts, response_parts) is not null

    group by all

),

contents as (

    select
        interaction_id,
        {{ kept_content('prompt_text') }} as prompt_text,
        {{ kept_content('response_text') }} as response_text,
        {{ prompt_chars('prompt_text') }} as prompt_chars

    from texts

)

select * from contents
