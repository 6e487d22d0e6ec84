{{ config(enabled=is_source_on(this), materialized='view') }}

with

spans as (

    select
        * exclude (total_tokens),
        coalesce(total_tokens, prompt_tokens + completion_tokens) as total_tokens

    from {{ ref('stg_mlflow__spans') }}

),

excluded_rows as (

    {{ excluded_spans('spans') }}

)

select * from excluded_rows
