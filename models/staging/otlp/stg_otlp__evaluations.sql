{{ config(enabled=is_source_on(this)) }}

{%- set aliases = otlp_aliases() -%}

with

deliveries as (

    select log

    from {{ ref('stg_otlp__deliveries') }}

    where log.event_name = 'gen_ai.evaluation.result'

),

span_events as (

    select
        trace_id,
        span_id,
        unnest(events) as event

    from {{ ref('stg_otlp__spans') }}

),

interactions as (

    select * from {{ ref('stg_otlp__interactions') }}

),

-- an event without a response id evaluates the span it is on
results as (

    select
        span_events.trace_id,
        span_events.span_id,
        span_events.event.happened_ns as happened_ns,
        {% for field in ['response_id', 'evaluation_name', 'score', 'label', 'evaluator'] -%}
        {{ otlp_text(otlp_attribute(
            'span_events.event.attributes', aliases[field][0] if aliases else field
        )) }} as {{ field }}{{ ',' if not loop.last }}
        {% endfor %}
    from span_events

    where span_events.event.name = 'gen_ai.evaluation.result'

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

results_with_digest as (

    select
        *,
        {{ name_code('results') }} as digest

    from results

),

-- one per evaluator, evaluation, response and time, however often it was delivered
evaluation_results as (

    select * exclude (digest)

    from results_with_digest

    qualify {{ newest_first(
        'trace_id, span_id, response_id, evaluation_name, evaluator, happened_ns', []
    ) }}

),

identified_results as (

    select
        *,
        md5(cast(evaluation_results as varchar)) as evaluation_id,
        make_timestamp(happened_ns // 1000) as timestamp_utc

    from evaluation_results

),

responses as (

    select
        response_id,
        timestamp_utc,
        min(interaction_id) as interaction_id

    from interactions

    where response_id is not null

    group by all

),

-- if calls share a response id, the last one before the evaluation is meant
evaluations as (

    select
        identified_results.evaluation_id,
        coalesce(responses.interaction_id, interactions.interaction_id)
            as interaction_id,
        identified_results.trace_id,
        identified_results.span_id,
        identified_results.response_id,
        identified_results.timestamp_utc,
        identified_results.evaluation_name,
        {{ safe_double('identified_results.score') }} as score,
        identified_results.label,
        identified_results.evaluator

    from identified_results

    asof left join responses
        on identified_results.response_id = responses.response_id
            and identified_results.timestamp_utc >= responses.timestamp_utc

    left join interactions
        on identified_results.trace_id || '-' || identified_results.span_id
            = interactions.interaction_id

)

select * from evaluations
