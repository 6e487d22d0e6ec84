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

spans as (

    select * from {{ ref('stg_openinference__spans') }}

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

-- columns such as eval.<name>.score, eval.<name>.label or annotation.<name>.score
evaluation_columns as (

    select
        span_key,
        span_id,
        trace_id,
        ended_at,
        unnest(evaluation_columns) as evaluation_column

    from spans

),

span_evaluations as (

    select
        span_key,
        span_id,
        trace_id,
        ended_at as created_at,
        regexp_extract(
            evaluation_column.key, '^(?:eval|annotation)[.](.+)[.](?:label|score)$', 1
        ) as evaluation_name,
        max(evaluation_column.value) filter (
            where ends_with(evaluation_column.key, '.label')
        ) as label,
        max({{ safe_double('evaluation_column.value') }}) filter (
            where ends_with(evaluation_column.key, '.score')
        ) as score

    from evaluation_columns

    group by all

),

every_evaluation as (

    select * from annotations

    union all by name

    select
        * exclude (span_key),
        concat_ws('-', span_key, evaluation_name) as evaluation_id

    from span_evaluations

),

evaluations as (

    select
        every_evaluation.evaluation_id,
        calls.span_key as interaction_id,
        coalesce(every_evaluation.trace_id, calls.trace_id) as trace_id,
        every_evaluation.span_id,
        cast(null as varchar) as response_id,
        every_evaluation.created_at as timestamp_utc,
        every_evaluation.evaluation_name,
        every_evaluation.score,
        every_evaluation.label,
        every_evaluation.evaluator

    from every_evaluation

    -- an annotation may lack the trace
    left join calls
        on
            every_evaluation.span_id = calls.span_id
            and coalesce(every_evaluation.trace_id = calls.trace_id, calls.is_sole)

)

select * from evaluations
