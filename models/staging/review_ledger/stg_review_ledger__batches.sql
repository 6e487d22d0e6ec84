{{ config(materialized='ephemeral') }}

{%- set columns = {
    'policy_id': 'string',

    'calls': 'bigint',

    'audit_probability': 'double',

    'drawn_at': 'timestamp',
    'covers_after': 'timestamp',
    'covers_until': 'timestamp',
    'sessions_from': 'timestamp',
} -%}

with

source as (

    {{ read_review_ledger(source('review_ledger', 'batches'), columns) }}

),

renamed as (

    select
        policy_id,
        calls,
        audit_probability,
        drawn_at,
        covers_after,
        covers_until,
        sessions_from

    from source

    where covers_after is not null and covers_until is not null

)

select * from renamed
