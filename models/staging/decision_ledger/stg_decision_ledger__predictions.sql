{%- set columns = {
    'decision_id': 'string',

    'prediction': 'string',
    'use_case': 'string',
    'model_provider': 'string',
    'model_name': 'string',
    'review_policy': 'string',
    'unit': 'string',

    'value': 'double',
    'se': 'double',
    'low': 'double',
    'high': 'double',
    'sla_ms': 'double',
    'failure_event_cost_usd': 'double',
    'sla_breach_penalty_usd': 'double',

    'starts_on': 'date',
    'ends_on': 'date',

    'as_of': 'timestamp',
} -%}

with

source as (

    {{ read_ledger(source('decision_ledger', 'predictions'), columns) }}

),

renamed as (

    select
        decision_id,
        prediction,
        use_case,
        model_provider,
        model_name,
        review_policy,
        unit,
        value as predicted_value,
        se as predicted_se,
        low as predicted_low,
        high as predicted_high,
        sla_ms,
        failure_event_cost_usd,
        sla_breach_penalty_usd,
        starts_on,
        ends_on,
        as_of

    from source

    -- all other lines are outcomes, or torn
    where
        decision_id is not null
        and prediction is not null
        and value is not null
        and ends_on >= starts_on

)

select * from renamed
