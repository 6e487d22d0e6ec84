{{ config(enabled=is_source_on(this)) }}

with

events as (

    select
        trace_id,
        span_id,
        session_id,
        unnest(events) as event

    from {{ ref('stg_otlp__spans') }}

),

traces as (

    select * from {{ ref('stg_otlp__traces') }}

),

attributes as (

    select
        trace_id,
        span_id,
        session_id,
        event.happened_ns as happened_ns,
        {{ otlp_attribute('event.attributes', 'app.branch.from') }} as from_node,
        {{ otlp_attribute('event.attributes', 'app.branch.to') }} as to_node,
        {{ otlp_attribute('event.attributes', 'app.branch.condition') }}
            as condition_text,
        {{ otlp_attribute('event.attributes', 'app.branch.result') }} as is_taken

    from events

    where event.name = 'app.branch.decision'

),

branch_decisions as (

    select
        attributes.trace_id,
        attributes.span_id,
        coalesce(attributes.session_id, traces.session_id, attributes.trace_id)
            as session_id,
        make_timestamp(attributes.happened_ns // 1000) as timestamp_utc,
        {{ otlp_text('attributes.from_node') }} as from_node,
        {{ otlp_text('attributes.to_node') }} as to_node,
        {{ otlp_text('attributes.condition_text') }} as condition_text,
        {{ safe_boolean(otlp_text('attributes.is_taken')) }} as is_taken

    from attributes

    left join traces on attributes.trace_id = traces.trace_id

)

select * from branch_decisions
