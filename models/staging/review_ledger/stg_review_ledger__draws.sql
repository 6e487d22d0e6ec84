{{ config(materialized='ephemeral') }}

{%- set columns = {
    'interaction_id': 'string',
    'policy_id': 'string',
    'review_reason': 'string',

    'review_probability': 'double',

    'drawn_at': 'timestamp',
} -%}

with

source as (

    {{ read_review_ledger(source('review_ledger', 'draws'), columns) }}

),

renamed as (

    select
        interaction_id,
        policy_id,
        review_reason,
        review_probability,
        drawn_at

    from source

    where interaction_id is not null and review_probability > 0

)

select * from renamed
