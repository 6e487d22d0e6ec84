{%- set columns = {
    'decision_id': 'string',

    'decision': 'string',
    'estimate': 'string',
    'unit': 'string',

    'value': 'double',
    'se': 'double',
    'low': 'double',
    'high': 'double',
    'n': 'bigint',
    'clusters': 'bigint',

    'as_of': 'timestamp',
} -%}

with

source as (

    {{ read_ledger(source('decision_ledger', 'estimates'), columns) }}

),

renamed as (

    select
        decision_id,
        decision,
        estimate,
        unit,
        value,
        se,
        low,
        high,
        n,
        clusters,
        as_of

    from source

    where
        decision_id is not null
        and decision is not null
        and estimate is not null

)

select * from renamed
