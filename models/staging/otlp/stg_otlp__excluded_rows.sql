{{ config(enabled=is_source_on(this), materialized='view') }}

with

spans as (

    select * from {{ ref('stg_otlp__spans') }}

),

calls as (

    select
        trace_id,
        started_ns,
        ended_ns

    from spans

    where kind = 'call'

),

steps as (

    select
        trace_id,
        span_id,
        started_ns,
        ended_ns,
        -- an embedding was taken for a call until its model was read
        coalesce(nullif(left_out_cost_usd, 0), cost_usd) as cost_usd,
        coalesce(
            nullif(left_out_tokens, 0),
            prompt_tokens + coalesce(completion_tokens, 0)
        ) as total_tokens

    from spans

    where kind in ('agent', 'step')

),

steps_with_usage as (

    select * from steps

    where cost_usd > 0 or total_tokens > 0

),

-- a span inside tells the usage itself: a call, or the step of an agent
told_inside as (

    select
        trace_id,
        span_id,
        started_ns,
        ended_ns

    from steps_with_usage

    union all

    select
        trace_id,
        null as span_id,
        started_ns,
        ended_ns

    from calls

),

excluded_rows as (

    select
        steps_with_usage.trace_id || '-' || steps_with_usage.span_id as record_id,
        'left_out_spend' as check_name,
        steps_with_usage.cost_usd,
        cast(steps_with_usage.total_tokens as bigint) as total_tokens

    from steps_with_usage

    anti join told_inside
        on steps_with_usage.trace_id = told_inside.trace_id
            and {{ otlp_contains('steps_with_usage', 'told_inside') }}
            -- of two that take the same time, one is inside
            and (
                told_inside.span_id is null
                or (told_inside.ended_ns - told_inside.started_ns, told_inside.span_id)
                < (
                    steps_with_usage.ended_ns - steps_with_usage.started_ns,
                    steps_with_usage.span_id
                )
            )

)

select * from excluded_rows
