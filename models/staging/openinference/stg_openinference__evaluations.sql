{{ config(enabled=is_source_on(this)) }}
{%- set fields = {
    'annotation_id': ['text', 'span.id'],
    'trace_id': ['text'] + span_keys('trace_id'),
    'span_id': ['text'] + span_keys('span_id'),
    'evaluation_name': ['text', 'span.annotation_name', 'span.name'],
    'label': ['text', 'span."result.label"', 'span.result.label', 'span.label'],
    'evaluator': ['text', 'span.annotator_kind'],
    'score': ['double', 'span."result.score"', 'span.result.score', 'span.score'],
    'created_at': ['moment', 'span.created_at', 'span.updated_at'],
    'updated_at': ['moment', 'span.updated_at', 'span.created_at'],
} -%}

with

records as (

    select * from {{ ref('stg_openinference__records') }}

    where kind = 'annotation'

),

evaluator_columns as (

    select * from {{ ref('stg_openinference__evaluator_columns') }}

),

calls as (

    select
        span_key,
        span_id,
        trace_id,
        count(*) over (partition by span_id) = 1 as is_sole

    from {{ ref('stg_openinference__calls') }}

),

typed as (

    {{ typed_fields(fields, 'records') }}

),

annotations as (

    select
        coalesce(
            annotation_id,
            concat_ws('-', trace_id, span_id, evaluation_name, evaluator)
        ) as evaluation_id,
        * exclude (annotation_id)

    from typed

    qualify {{ newest_first('evaluation_id', ['updated_at']) }}

),

every_verdict as (

    select * from annotations

    union all by name

    select * from evaluator_columns

),

evaluations as (

    select
        every_verdict.evaluation_id,
        calls.span_key as interaction_id,
        coalesce(every_verdict.trace_id, calls.trace_id) as trace_id,
        every_verdict.span_id,
        cast(null as varchar) as response_id,
        every_verdict.created_at as timestamp_utc,
        every_verdict.evaluation_name,
        every_verdict.score,
        every_verdict.label,
        every_verdict.evaluator

    from every_verdict

    -- an annotation may name no trace
    left join calls
        on
            every_verdict.span_id = calls.span_id
            and coalesce(every_verdict.trace_id = calls.trace_id, calls.is_sole)

)

select * from evaluations
