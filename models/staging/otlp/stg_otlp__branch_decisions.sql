{{ config(enabled=is_source_on(this)) }}

with

spans as (

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

said as (

    select
        trace_id,
        span_id,
        session_id,
        event.happened_ns as happened_ns,
        {{ otlp_attribute('event.attributes', 'app.branch.from') }} as from_node,
        {{ otlp_attribute('event.attributes', 'app.branch.to') }} as to_node,
        {{ otlp_attribute('event.attributes', 'app.branch.condition') }} as condition_text,
        {{ otlp_attribute('event.attributes', 'app.branch.result') }} as is_taken

    from spans

    where event.name = 'app.branch.decision'

),

branch_decisions as (

    select
        said.trace_id,
        said.span_id,
        coalesce(said.session_id, traces.session_id, said.trace_id) as session_id,
        make_timestamp(said.happened_ns // 1000) as timestamp_utc,
        {{ otlp_text('said.from_node') }} as from_node,
        {{ otlp_text('said.to_node') }} as to_node,
        {{ otlp_text('said.condition_text') }} as condition_text,
        {{ safe_boolean(otlp_text('said.is_taken')) }} as is_taken

    from said

    left join traces on said.trace_id = traces.trace_id

)

select * from branch_decisions
