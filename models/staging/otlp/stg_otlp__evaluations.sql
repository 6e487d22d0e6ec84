{{ config(enabled=is_source_on(this)) }}

with

evaluation_results as (

    select * from {{ ref('stg_otlp__evaluation_results') }}

),

interactions as (

    select * from {{ ref('stg_otlp__interactions') }}

),

answers as (

    select
        response_id,
        timestamp_utc,
        min(interaction_id) as interaction_id

    from interactions

    where response_id is not null

    group by all

),

dated as (

    select
        *,
        md5(cast(evaluation_results as varchar)) as evaluation_id,
        make_timestamp(happened_ns // 1000) as timestamp_utc

    from evaluation_results

),

-- should an id come twice, the answer before the judgement is meant
evaluations as (

    select
        dated.evaluation_id,
        coalesce(answers.interaction_id, interactions.interaction_id) as interaction_id,
        dated.trace_id,
        dated.span_id,
        dated.response_id,
        dated.timestamp_utc,
        dated.evaluation_name,
        {{ safe_double('dated.score') }} as score,
        dated.label,
        dated.evaluator

    from dated

    asof left join answers
        on dated.response_id = answers.response_id
            and dated.timestamp_utc >= answers.timestamp_utc

    left join interactions
        on dated.trace_id || '-' || dated.span_id = interactions.interaction_id

)

select * from evaluations
