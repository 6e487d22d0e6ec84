{%- set member = {'dimension': 'string', 'member': 'string'} -%}
{%- set alert_member = {
    'dimension': 'string',
    'member': 'string',
    'window_days': 'bigint',
} -%}
{%- set columns = {
    'fingerprint': 'string',
    'episode': 'string',

    'event': 'string',
    'rule_id': 'string',
    'metric': 'string',
    'severity': 'string',
    'reason': 'string',
    'actor': 'string',
    'note': 'string',
    'members': struct_list_type(alert_member),
    'cleared': struct_list_type(member),

    'sequence': 'bigint',

    'interaction_date': 'date',
    'recorded_at': 'timestamp',
} -%}

with

source as (

    {{ read_alert_ledger(source('alert_ledger', 'events'), columns) }}

),

renamed as (

    select
        fingerprint,
        episode,
        event,
        rule_id,
        metric,
        severity,
        reason,
        actor,
        note,
        members,
        cleared,
        sequence,
        interaction_date,
        recorded_at

    from source

    -- all other lines are torn
    where
        event is not null
        and rule_id is not null
        and recorded_at is not null

)

select * from renamed
