with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

windows as (

    select * from {{ ref('windows') }}

),

weeks as (

    select
        cast(date_trunc('week', interaction_date) as date) as starts_on,
        cast(date_trunc('week', interaction_date) as date) + 6 as ends_on

    from health_by_day

    group by all

    -- a day without traffic is a row as well: seven rows are a full week
    having count(*) = 7

),

week_pairs as (

    select
        'week_to_week' as comparison,
        earlier.starts_on as earlier_starts_on,
        earlier.ends_on as earlier_ends_on,
        later.starts_on as later_starts_on,
        later.ends_on as later_ends_on,
        7e0 as earlier_traffic_days,
        7e0 as later_traffic_days,
        false as is_overlapping

    from weeks as later

    inner join weeks as earlier on later.starts_on = earlier.ends_on + 1

),

window_pairs as (

    select
        'history_to_evaluation' as comparison,
        cast(earlier.starts_at as date) as earlier_starts_on,
        cast(earlier.ends_at as date) as earlier_ends_on,
        cast(later.starts_at as date) as later_starts_on,
        cast(later.ends_at as date) as later_ends_on,
        -- a window that contains a sample of its days counts as fewer days
        ({{ days_between('earlier_starts_on', 'earlier_ends_on') }} + 1)
        * earlier.sampling_fraction as earlier_traffic_days,
        ({{ days_between('later_starts_on', 'later_ends_on') }} + 1)
        * later.sampling_fraction as later_traffic_days,
        later.overlap_rate > {{ knob('max_window_overlap_rate') }} as is_overlapping

    from windows as later

    inner join windows as earlier on later.earlier_window = earlier.window_name

    where later.window_name = 'evaluation'

),

pairs as (

    select * from week_pairs

    union all

    select * from window_pairs

)

select * from pairs
