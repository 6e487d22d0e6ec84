{{ config(materialized='view', enabled=is_source_on(this)) }}

{%- set aliases = otlp_aliases() -%}

with

deliveries as (

    select log

    from {{ ref('stg_otlp__deliveries') }}

    where log.event_name = 'gen_ai.evaluation.result'

),

spans as (

    select
        trace_id,
        span_id,
        unnest(events) as event

    from {{ ref('stg_otlp__spans') }}

),

-- an event on a span judges that span
said as (

    select
        spans.trace_id,
        spans.span_id,
        spans.event.happened_ns as happened_ns,
        {% for field in ['response_id', 'evaluation_name', 'score', 'label', 'evaluator'] -%}
        {{ otlp_text(otlp_attribute('spans.event.attributes', aliases[field][0] if aliases else field)) }}
            as {{ field }}{{ ',' if not loop.last }}
        {% endfor %}
    from spans

    where spans.event.name = 'gen_ai.evaluation.result'

    union all

    select
        log.trace_id,
        log.span_id,
        log.happened_ns,
        log.response_id,
        log.evaluation_name,
        log.score,
        log.label,
        log.evaluator

    from deliveries

),

digested as (

    select
        *,
        {{ name_code('said') }} as digest

    from said

),

judgements as (

    select * exclude (digest)

    from digested

    qualify {{ newest_first(
        'trace_id, span_id, response_id, evaluation_name, evaluator, happened_ns', []
    ) }}

)

select * from judgements
