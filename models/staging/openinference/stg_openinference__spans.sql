{{ config(enabled=is_source_on(this)) }}
{%- set fields = {
    'span_id': ['text'] + span_keys('span_id'),
    'trace_id': ['text'] + span_keys('trace_id'),
    'parent_span_id': ['text', 'span.parent_id'],
    'session_id': ['text'] + span_attribute('session.id'),
    'response_id': (
        ['text'] + span_attribute('llm.response.id') + span_attribute('gen_ai.response.id')
    ),

    'span_name': ['text', 'span.name'],
    'span_kind': ['text', 'span.span_kind'] + span_attribute('openinference.span.kind'),
    'status_code': ['text', 'span.status_code'],
    'tool_name': ['text'] + span_attribute('tool.name'),
    'model_provider': ['text'] + span_attribute('llm.provider') + span_attribute('llm.system'),
    'model_name': ['text'] + span_attribute('llm.model_name') + ['parameters.model'],
    'request_model': (
        ['text'] + span_attribute('llm.request.model_name')
        + span_attribute('gen_ai.request.model') + ['parameters.model']
    ),
    'service_tier': ['text', 'parameters.service_tier'],
    'prompt_name': ['text'] + span_attribute('prompt.id'),
    'template_version': ['text'] + span_attribute('llm.prompt_template.version'),
    'finish_reason': (
        ['text'] + span_attribute('llm.finish_reason')
        + span_attribute('gen_ai.response.finish_reasons')
        + span_attribute('anthropic.message.stop_reason')
    ),
    'error_type': ['text'] + span_attribute('error.type') + span_attribute('exception.type'),
    'tags': ['text'] + span_attribute('tag.tags'),

    'prompt_tokens': ['bigint'] + span_attribute('llm.token_count.prompt'),
    'completion_tokens': ['bigint'] + span_attribute('llm.token_count.completion'),
    'total_tokens': ['bigint'] + span_attribute('llm.token_count.total'),
    'cache_read_tokens': (
        ['bigint'] + span_attribute('llm.token_count.prompt_details.cache_read')
        + span_attribute('gen_ai.usage.cache_read.input_tokens')
    ),
    'cache_write_tokens': (
        ['bigint'] + span_attribute('llm.token_count.prompt_details.cache_write')
        + span_attribute('gen_ai.usage.cache_write.input_tokens')
        + span_attribute('gen_ai.usage.cache_creation.input_tokens')
    ),
    'reasoning_tokens': (
        ['bigint'] + span_attribute('llm.token_count.completion_details.reasoning')
    ),
    'max_tokens': [
        'bigint', 'parameters.max_completion_tokens', 'parameters.max_output_tokens',
        'parameters.max_tokens',
    ],
    'cost_usd': ['double'] + span_attribute('llm.cost.total'),
    'temperature': ['double', 'parameters.temperature'],
    'top_p': ['double', 'parameters.top_p'],

    'is_streaming': ['boolean', 'parameters.stream'],

    'timestamp_utc': ['moment', 'span.start_time'],
    'ended_at': ['moment', 'span.end_time'],
    'first_token_at': ['moment', 'records.first_token_at'],
} -%}

with

records as (

    select * from {{ ref('stg_openinference__records') }}

    where kind = 'span'

),

named_columns as (

    select
        {{ named_fields(fields) }}
        {%- for label in business_labels() %}
        {{ first_text(['details.' ~ label] + flat_attribute('metadata.' ~ label)) }}
            as {{ label }},
        {%- endfor %}
        user_id,
        error_words,
        is_abandoned,
        evaluation_columns,
        digest

    from records

),

typed as (

    {{ cast_fields(fields, 'named_columns') }}

),

newest_spans as (

    select
        * replace (upper(span_kind) as span_kind),
        {{ key_and_parent_key() }},
        upper(span_kind) = 'LLM' as is_call,
        upper(span_kind) = 'TOOL' as is_tool,
        upper(span_kind) in ('TOOL', 'AGENT') as is_boundary,
        upper(status_code) in ('ERROR', '2', 'STATUS_CODE_ERROR') as has_error,
        {{ rejected_values(field_types(fields)) }} as rejected_values

    from typed

    qualify {{ newest_first('trace_id, span_id', ['ended_at']) }}

)

select * from newest_spans
