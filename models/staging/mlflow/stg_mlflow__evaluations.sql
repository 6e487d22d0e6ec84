{{ config(enabled=is_source_on(this)) }}
{%- set fields = {
    'assessment_id': ['text', 'assessment.assessment_id'],
    'trace_id': ['text', 'assessments.trace_id'],
    'span_id': ['text', mlflow_id('assessment.span_id')],
    'evaluation_name': ['text', 'assessment.assessment_name'],
    'value_text': ['text', 'assessment.feedback.value'],
    'evaluator': ['text', 'assessment.source.source_type'],
    'is_valid': ['boolean', 'assessment.valid'],
    'assessed_at': ['moment', 'assessment.create_time'],
    'updated_at': ['moment', 'assessment.last_update_time'],
} -%}

with

assessments as (

    select
        trace_id,
        unnest(assessments) as assessment,
        digest

    from {{ ref('stg_mlflow__records') }}

    where kind = 'trace'

),

typed as (

    {{ typed_fields(fields, 'assessments') }}

),

newest_assessments as (

    select
        * exclude (assessment_id),
        coalesce(
            assessment_id, concat_ws('-', trace_id, span_id, evaluation_name, evaluator)
        ) as evaluation_id

    from typed

    -- an expectation says what is right, not what the answer was
    where value_text is not null

    qualify {{ newest_first('evaluation_id', ['updated_at', 'assessed_at']) }}

),

calls as (

    select * from {{ ref('stg_mlflow__calls') }}

),

-- feedback on a whole trace belongs to the trace's last call
last_calls as (

    select
        trace_id,
        arg_max(span_key, (timestamp_utc, span_key)) as span_key

    from calls

    group by all

),

evaluations as (

    select
        newest_assessments.evaluation_id,
        coalesce(calls.span_key, last_calls.span_key) as interaction_id,
        newest_assessments.trace_id,
        newest_assessments.span_id,
        cast(null as varchar) as response_id,
        newest_assessments.assessed_at as timestamp_utc,
        newest_assessments.evaluation_name,
        case
            when newest_assessments.value_text in ('true', 'false')
                then cast(cast(newest_assessments.value_text as boolean) as double)
            else {{ safe_double('newest_assessments.value_text') }}
        end as score,
        -- a list or an object is no label
        case
            when try_cast(newest_assessments.value_text as double) is null
                and not regexp_matches(newest_assessments.value_text, '^[[{]')
                then newest_assessments.value_text
        end as label,
        newest_assessments.evaluator

    from newest_assessments

    left join calls
        on newest_assessments.trace_id = calls.trace_id
            and newest_assessments.span_id = calls.span_id

    left join last_calls
        on newest_assessments.trace_id = last_calls.trace_id
            and newest_assessments.span_id is null

    -- what was corrected since is still there
    where newest_assessments.is_valid is not false

)

select * from evaluations
