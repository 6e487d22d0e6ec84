with

alert_events as (

    select
        *,
        reason in ('fixed', 'accepted', 'false_alarm') as is_label

    from {{ ref('stg_alert_ledger__events') }}

),

alert_members as (

    select
        episode,
        {{ row_for_each_struct('members') }}

    from alert_events

    where event in ('opened', 'joined')

),

member_counts as (

    select
        episode,
        count(distinct concat_ws(' ', dimension, member)) as members

    from alert_members

    group by all

),

episodes as (

    select
        episode,
        any_value(rule_id) as rule_id,
        any_value(metric) filter (where event = 'opened') as metric,
        coalesce(bool_or(severity = 'critical'), false) as is_critical,
        count(*) filter (where event = 'opened') as times_opened,
        min(interaction_date) filter (where event = 'opened') as opened_date,
        min(recorded_at) filter (where event = 'opened') as opened_at,
        max(sequence) filter (where event = 'opened') as last_opened,
        min(recorded_at) filter (where event = 'acknowledged') as acknowledged_at,
        max(sequence) filter (where event in ('resolved', 'accepted')) as last_ended,
        max(interaction_date) filter (where event in ('resolved', 'accepted'))
            as ended_date,
        max(recorded_at) filter (where event in ('resolved', 'accepted')) as ended_at,
        max_by(reason, sequence) filter (where event in ('resolved', 'accepted'))
            as last_reason,
        max_by(reason, sequence) filter (where is_label) as label,
        max_by(actor, sequence) filter (where actor is not null) as actor,
        max_by(note, sequence) filter (where note is not null) as note,
        count(*) filter (where event = 'delivered') as messages,
        count(*) filter (where event = 'failed') as failed_messages

    from alert_events

    where episode is not null

    group by all

),

episodes_with_members as (

    select
        episodes.*,
        coalesce(member_counts.members, 0) as members,
        coalesce(episodes.last_ended > episodes.last_opened, false) as is_resolved

    from episodes

    left join member_counts
        on episodes.episode = member_counts.episode

    -- of an opening that was torn, nothing but messages may be left
    where episodes.times_opened > 0

),

alert_history as (

    select
        episode,
        rule_id,
        metric,
        if(is_critical, 'critical', 'warning') as severity,
        not is_resolved as is_open,
        opened_date,
        opened_at,
        times_opened,
        members,
        acknowledged_at,
        {{ milliseconds_between('opened_at', 'acknowledged_at') }} / 6e4
            as minutes_to_acknowledge,
        case when is_resolved then ended_date end as resolved_date,
        case when is_resolved then ended_at end as resolved_at,
        case
            when is_resolved
                then {{ milliseconds_between('opened_at', 'ended_at') }} / 6e4
        end as minutes_to_resolve,
        case when is_resolved then last_reason end as reason,
        label in ('fixed', 'accepted') as is_real,
        actor,
        note,
        messages,
        failed_messages

    from episodes_with_members

)

select * from alert_history
