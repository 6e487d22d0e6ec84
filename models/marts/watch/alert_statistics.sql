with

alert_history as (

    select * from {{ ref('alert_history') }}

),

alert_counts as (

    select
        rule_id,
        count(*) as alerts,
        count(*) filter (where is_open) as open_alerts,
        count(*) filter (where severity = 'critical') as critical_alerts,
        count(acknowledged_at) as acknowledged_alerts,
        avg(minutes_to_acknowledge) as mean_minutes_to_acknowledge,
        avg(minutes_to_resolve) as mean_minutes_to_resolve,
        count(is_real) as labelled_alerts,
        count(*) filter (where is_real) as real_alerts,
        count(*) filter (where not is_real) as false_alarms,
        cast(sum(messages) as bigint) as messages

    from alert_history

    group by all

),

alert_statistics as (

    select
        *,
        real_alerts / cast(nullif(labelled_alerts, 0) as double) as real_share,
        {{ wilson_low('real_alerts', 'labelled_alerts') }} as real_share_low,
        {{ wilson_high('real_alerts', 'labelled_alerts') }} as real_share_high

    from alert_counts

)

select * from alert_statistics
