{{ config(enabled=is_source_on(this), materialized='view') }}

with

spans as (

    select * from {{ ref('stg_openinference__spans') }}

),

-- eval.<name>.score and eval.<name>.label, or annotation.<name>...
verdicts as (

    select
        span_key,
        span_id,
        trace_id,
        ended_at,
        unnest(verdicts) as verdict

    from spans

),

columned as (

    select
        span_key,
        span_id,
        trace_id,
        ended_at as created_at,
        regexp_extract(verdict.key, '^(?:eval|annotation)[.](.+)[.](?:label|score)$', 1)
            as evaluation_name,
        max(verdict.value) filter (where ends_with(verdict.key, '.label')) as label,
        max({{ safe_double('verdict.value') }}) filter (
            where ends_with(verdict.key, '.score')
        ) as score

    from verdicts

    group by all

),

named as (

    select
        * exclude (span_key),
        concat_ws('-', span_key, evaluation_name) as evaluation_id

    from columned

)

select * from named
