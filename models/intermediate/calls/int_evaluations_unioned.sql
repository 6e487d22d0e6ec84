{%- set columns = {
    'evaluation_id': 'string',
    'interaction_id': 'string',
    'trace_id': 'string',
    'span_id': 'string',
    'response_id': 'string',
    'timestamp_utc': 'timestamp',
    'evaluation_name': 'string',
    'score': 'double',
    'label': 'string',
    'evaluator': 'string',
} -%}

with

scores as (

    select * from {{ ref('stg_judge__scores') }}

),

evaluations as (
    {{ from_sources('evaluations', columns) }}
),

evaluations_with_scores as (

    select
        evaluation_id,
        interaction_id,
        trace_id,
        span_id,
        response_id,
        timestamp_utc,
        evaluation_name,
        score,
        label,
        evaluator,
        cast(null as string) as evaluator_version,
        cast(null as string) as error_type,
        cast(null as double) as sample_share,
        source

    from evaluations

    union all

    select
        evaluation_id,
        interaction_id,
        cast(null as string) as trace_id,
        cast(null as string) as span_id,
        cast(null as string) as response_id,
        scored_at as timestamp_utc,
        evaluator as evaluation_name,
        score,
        cast(null as string) as label,
        evaluator_kind as evaluator,
        evaluator_version,
        error_type,
        sample_share,
        'judge' as source

    from scores

)

select * from evaluations_with_scores
