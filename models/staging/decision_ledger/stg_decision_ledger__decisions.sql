{%- set columns = {
    'decision_id': 'string',
    'supersedes': 'string',

    'decision': 'string',
    'verdict': 'string',
    'recommendation': 'string',
    'summary': 'string',
    'reasons': 'string',
    'bundle_status': 'string',

    'is_clear': 'boolean',

    'as_of': 'timestamp',
    'valid_until': 'timestamp',
} -%}

with

source as (

    {{ read_ledger(source('decision_ledger', 'decisions'), columns) }}

),

renamed as (

    select
        decision_id,
        supersedes,
        decision,
        verdict,
        recommendation,
        summary,
        reasons,
        bundle_status,
        is_clear,
        as_of,
        valid_until

    from source

    where
        decision_id is not null
        and decision is not null
        and verdict is not null

)

select * from renamed
