{%- set columns = {
    'decision_id': 'string',

    'prediction': 'string',
    'use_case': 'string',

    'realised_value': 'double',
    'realised_se': 'double',

    'judged_as_of': 'timestamp',
} -%}

with

source as (

    {{ read_ledger(source('decision_ledger', 'outcomes'), columns) }}

),

renamed as (

    select
        decision_id,
        prediction,
        use_case,
        realised_value,
        realised_se,
        judged_as_of

    from source

    -- all other lines are predictions, or torn
    where
        decision_id is not null
        and prediction is not null
        and realised_value is not null

)

select * from renamed
