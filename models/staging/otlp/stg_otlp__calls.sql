{{ config(materialized='view', enabled=is_source_on(this)) }}

with

spans as (

    select * from {{ ref('stg_otlp__spans') }}

    where kind = 'call'

),

wrappers as (

    select
        trace_id,
        span_id

    from {{ ref('stg_otlp__wrapper_adjustments') }}

    where is_wrapper

),

outer_calls as (

    select * from {{ ref('stg_otlp__wrapper_adjustments') }}

    where not is_wrapper

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
            {% for field in otlp_inherited_facts() -%}
            coalesce(spans.{{ field }}, outer_calls.{{ field }}) as {{ field }},
            {% endfor -%}
            {% for field in token_counts() -%}
            {{ otlp_inherited_count(field) }} as {{ field }},
            {% endfor -%}
            if(outer_calls.usage is null, spans.total_tokens, null) as total_tokens,
            coalesce(spans.cost_usd, outer_calls.cost_usd) as cost_usd,
            coalesce(
                spans.error_type,
                if(
                    spans.has_answer, null,
                    coalesce(exceptions.error_type, outer_calls.error_type)
                )
            ) as error_type,
            spans.has_error_status
            or (not spans.has_answer and coalesce(outer_calls.has_error_status, false))
                as has_error_status,
            spans.is_abandoned_stream
            or (not spans.has_answer and coalesce(outer_calls.is_abandoned_stream, false))
                as is_abandoned_stream,
            coalesce(outer_calls.parent_span_id, spans.parent_span_id) as parent_span_id,
            least(spans.started_ns, outer_calls.started_ns) as started_ns,
            greatest(spans.ended_ns, outer_calls.ended_ns) as ended_ns
        ),
        outer_calls.fallback_id

    from spans

    left join exceptions
        on spans.trace_id = exceptions.trace_id and spans.span_id = exceptions.span_id

    left join outer_calls
        on spans.trace_id = outer_calls.trace_id and spans.span_id = outer_calls.span_id

    anti join wrappers
        on spans.trace_id = wrappers.trace_id and spans.span_id = wrappers.span_id

)

select * from calls
