{{ config(enabled=is_source_on(this)) }}

{%- set asked = ['gen_ai.input.messages', 'input.value', 'gen_ai.prompt', 'input'] -%}
{%- set answered = ['gen_ai.output.messages', 'output.value', 'gen_ai.completion', 'output'] -%}

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
        {{ otlp_attributes('coalesce(span.attributes, log_record.attributes)') }}

    from records

),

found as (

    select
        trace_id,
        span_id,
        {{ otlp_value({'asked': asked}, 'asked') }} as asked,
        {{ otlp_value({'answered': answered}, 'answered') }} as answered

    from listed

),

-- messages in parts stay the JSON they are
texts as (

    select
        trace_id || '-' || span_id as interaction_id,
        max(coalesce(json_extract_string(asked, '$.stringValue'), asked)) as prompt_text,
        max(coalesce(json_extract_string(answered, '$.stringValue'), answered))
            as response_text

    from found

    semi join calls using (trace_id, span_id)

    where coalesce(asked, answered) is not null

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
