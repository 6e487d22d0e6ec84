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

-- delivered twice, a judgement says the same twice
judgements as (

    select distinct * from said

)

select * from judgements
