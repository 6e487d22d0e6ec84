{{ config(enabled=is_source_on(this)) }}
{%- set fields = {
    'score_id': ['text', 'item.id'],
    'trace_id': ['text'] + langfuse_field('trace_id'),
    'observation_id': ['text'] + langfuse_field('observation_id'),
    'evaluation_name': ['text', 'item.name'],
    'value_text': ['text', 'item.value'],
    'label': ['text'] + langfuse_field('string_value'),
    'data_type': ['text'] + langfuse_field('data_type'),
    'evaluator': ['text', 'item.source'],
    'scored_at': ['moment', 'item.timestamp'],
    'updated_at': ['moment'] + langfuse_field('updated_at'),
} -%}

with

records as (

    select * from {{ ref('stg_langfuse__records') }}

    where kind = 'score'

),

typed as (

    {{ typed_fields(fields, 'records') }}

),

newest_scores as (

    select
        * exclude (score_id, label),
        coalesce(score_id, concat_ws('-', trace_id, observation_id, evaluation_name))
            as evaluation_id,
        coalesce(label, if(try_cast(value_text as double) is null, value_text, null))
            as label

    from typed

    qualify {{ newest_first('evaluation_id', ['updated_at', 'scored_at']) }}

),

calls as (

    select * from {{ ref('stg_langfuse__calls') }}

),

-- a score of a whole trace belongs to the trace's last call
last_calls as (

    select
        trace_id,
        arg_max(span_id, (timestamp_utc, span_id)) as span_id

    from calls

    group by all

),

evaluations as (

    select
        newest_scores.evaluation_id,
        coalesce(calls.span_id, last_calls.span_id) as interaction_id,
        newest_scores.trace_id,
        newest_scores.observation_id as span_id,
        cast(null as varchar) as response_id,
        newest_scores.scored_at as timestamp_utc,
        newest_scores.evaluation_name,
        -- the value of a category is its position in a list
        case
            when newest_scores.data_type = 'CATEGORICAL' then null
            when newest_scores.data_type = 'BOOLEAN'
                then cast(try_cast(newest_scores.value_text as boolean) as double)
            else {{ safe_double('newest_scores.value_text') }}
        end as score,
        newest_scores.label,
        newest_scores.evaluator

    from newest_scores

    left join calls on newest_scores.observation_id = calls.span_id

    left join last_calls
        on newest_scores.trace_id = last_calls.trace_id
            and newest_scores.observation_id is null

)

select * from evaluations
