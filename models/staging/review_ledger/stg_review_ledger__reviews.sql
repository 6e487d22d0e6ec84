{{ config(materialized='ephemeral') }}

{%- set columns = {
    'interaction_id': 'string',
    'dimension': 'string',
    'label': 'string',
    'reviewer': 'string',

    'reviewed_at': 'timestamp',
} -%}

with

source as (

    {{ read_review_ledger(source('review_ledger', 'reviews'), columns) }}

),

renamed as (

    select
        interaction_id,
        dimension,
        label,
        reviewer,
        reviewed_at

    from source

    where interaction_id is not null and label in ('ok', 'failure', 'unsure')

)

select * from renamed
