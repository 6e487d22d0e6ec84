{#- what lasts for longer than four weeks is compared with itself -#}
{%- set most_days = 28 -%}
{#- the longest history that a metric is compared with, and the days before it -#}
{%- set longest_history_days = 70 -%}
with

alert_events as (

    select * from {{ ref('stg_alert_ledger__events') }}

),

alert_members as (

    select
        episode,
        metric,
        sequence,
        interaction_date as opened_date,
        {{ row_for_each_struct('members') }}

    from alert_events

    where event in ('opened', 'joined')

),

cleared_members as (

    select
        episode,
        sequence,
        interaction_date as ended_date,
        {{ row_for_each_struct('cleared') }}

    from alert_events

    where event = 'judged'

),

ended_episodes as (

    select
        episode,
        sequence,
        interaction_date as ended_date

    from alert_events

    where event in ('resolved', 'accepted')

),

-- what people said last counts for the whole of an alert
episode_reasons as (

    select
        episode,
        max_by(reason, sequence) as reason

    from alert_events

    where event in ('resolved', 'accepted')

    group by all

),

member_ends as (

    select
        alert_members.episode,
        alert_members.metric,
        alert_members.dimension,
        alert_members.member,
        alert_members.window_days,
        alert_members.opened_date,
        least(
            min(cleared_members.ended_date),
            min(ended_episodes.ended_date)
        ) as ended_date

    from alert_members

    left join cleared_members
        on
            alert_members.episode = cleared_members.episode
            and alert_members.dimension = cleared_members.dimension
            and alert_members.member = cleared_members.member
            and alert_members.sequence < cleared_members.sequence

    left join ended_episodes
        on
            alert_members.episode = ended_episodes.episode
            and alert_members.sequence < ended_episodes.sequence

    group by all

),

spans as (

    select
        member_ends.metric,
        member_ends.dimension,
        member_ends.member,
        case
            when episode_reasons.reason = 'accepted'
                then member_ends.opened_date - {{ longest_history_days }}
            else
                member_ends.opened_date + cast(1 - member_ends.window_days as integer)
        end as first_date,
        case
            when episode_reasons.reason = 'accepted'
                then member_ends.opened_date - 1
            -- without an end the other
            else
                least(
                    member_ends.ended_date,
                    member_ends.opened_date + {{ most_days - 1 }}
                )
        end as last_date

    from member_ends

    left join episode_reasons
        on member_ends.episode = episode_reasons.episode

    -- days that were no anomaly belong to the history
    where
        episode_reasons.reason is null
        or episode_reasons.reason not in ('false_alarm', 'restated', 'rule_changed')

),

open_alert_days as (

    select
        {{ day_series('first_date', 'last_date') }} as interaction_date,
        metric,
        dimension,
        member

    from spans

),

distinct_days as (

    select * from open_alert_days

    group by all

)

select * from distinct_days
