{{ config(materialized='view', enabled=is_source_on(this)) }}

with

spans as (

    select * from {{ ref('stg_otlp__spans') }}

    where kind = 'call'

),

wrapper_spans as (

    select * from {{ ref('stg_otlp__wrapper_spans') }}

),

-- the newest libraries tell an exception in the log, not on the span
exceptions as (

    select
        log.trace_id as trace_id,
        log.span_id as span_id,
        arg_min(log.error_type, (log.happened_ns, log.error_type)) as error_type

    from {{ ref('stg_otlp__deliveries') }}

    where log.event_name = 'gen_ai.client.operation.exception'

    group by all

),

inherited_usage as (

    select * from {{ ref('stg_otlp__inherited_usage') }}

),

calls as (

    select
        spans.* replace (
            {% for field in token_counts() -%}
            if(
                coalesce(spans.prompt_tokens, spans.completion_tokens) is null,
                inherited_usage.{{ field }}, spans.{{ field }}
            ) as {{ field }},
            {% endfor -%}
            coalesce(spans.cost_usd, inherited_usage.cost_usd) as cost_usd,
            coalesce(
                spans.error_type, if(spans.has_answer, null, exceptions.error_type)
            ) as error_type
        )

    from spans

    left join exceptions
        on spans.trace_id = exceptions.trace_id and spans.span_id = exceptions.span_id

    left join inherited_usage on spans.trace_id = inherited_usage.trace_id and spans.span_id = inherited_usage.span_id

    anti join wrapper_spans
        on spans.trace_id = wrapper_spans.trace_id and spans.span_id = wrapper_spans.span_id

)

select * from calls
