{{ config(materialized='view', enabled=is_source_on(this)) }}

with

spans as (

    select * from {{ ref('stg_otlp__spans') }}

    where kind = 'call'

),

wrapper_adjustments as (

    select * from {{ ref('stg_otlp__wrapper_adjustments') }}

),

-- recent libraries record an exception in a log record, not on the span
exceptions as (

    select
        log.trace_id as trace_id,
        log.span_id as span_id,
        arg_min(log.error_type, (log.happened_ns, log.error_type)) as error_type

    from {{ ref('stg_otlp__deliveries') }}

    where log.event_name = 'gen_ai.client.operation.exception'

    group by all

),

calls as (

    select
        spans.* replace (
            {% for field in token_counts() -%}
            if(
                coalesce(spans.prompt_tokens, spans.completion_tokens) is null,
                wrapper_adjustments.{{ field }}, spans.{{ field }}
            ) as {{ field }},
            {% endfor -%}
            coalesce(spans.cost_usd, wrapper_adjustments.cost_usd) as cost_usd,
            coalesce(
                spans.error_type, if(spans.has_answer, null, exceptions.error_type)
            ) as error_type
        )

    from spans

    left join exceptions
        on spans.trace_id = exceptions.trace_id and spans.span_id = exceptions.span_id

    left join wrapper_adjustments
        on spans.trace_id = wrapper_adjustments.trace_id
            and spans.span_id = wrapper_adjustments.span_id

    where wrapper_adjustments.is_wrapper is not true

)

select * from calls
