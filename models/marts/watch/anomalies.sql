with

interactions as (

    select * from {{ ref('interactions') }}

),

watched_rates as (

    select * from {{ ref('int_watched_rates') }}

),

watched_volumes as (

    select * from {{ ref('int_watched_volumes') }}

),

last_calls as (

    select {{ business_time('max(timestamp_utc)') }} as last_call_at from interactions

),

-- a day is over where its last hour has a call
last_days as (

    select
        cast(last_call_at as date) as last_date,
        last_call_at < cast(last_call_at as date) + interval 23 hour as is_incomplete

    from last_calls

),

tests as (

    select
        interaction_date,
        metric,
        kind,
        dimension,
        member,
        window_days,
        if(
            bucket is null,
            events / nullif(trials, 0),
            {{ bucket_middle('bucket', watch_bucket_base()) }}
        ) as value,
        if(
            slower_than_bucket is null,
            past_events / past_trials,
            {{ bucket_middle('slower_than_bucket', watch_bucket_base()) }}
        ) as baseline,
        slower_than_bucket is not null as is_quantile,
        is_complement,
        is_rare,
        trials,
        past_days,
        past_events,
        true as has_weekdays,
        expected,
        dispersion,
        window_dispersion,
        degrees,
        if(is_complement, -k_z, k_z) as z,
        largest_z,
        against

    from watched_rates

    union all

    select
        judged_date as interaction_date,
        metric,
        'volume' as kind,
        dimension,
        member,
        window_days,
        events / nullif(trials, 0) as value,
        expected / nullif(trials, 0) as baseline,
        false as is_quantile,
        false as is_complement,
        false as is_rare,
        trials,
        past_days,
        past_events,
        -- an index of fewer days is none
        coalesce(weekday_days >= 4, false) as has_weekdays,
        expected,
        dispersion,
        window_dispersion,
        degrees,
        z,
        z as largest_z,
        'self' as against

    from watched_volumes

),

tests_with_status as (

    select
        tests.*,
        case
            when coalesce(tests.trials, 0) = 0 then 'unmeasured'
            when
                tests.kind = 'volume'
                and last_days.is_incomplete
                and last_days.last_date = tests.interaction_date
                then 'incomplete_day'
            when
                not tests.has_weekdays
                or tests.past_days < {{ knob('watch_min_history_days') }}
                then 'insufficient_history'
            when
                tests.kind in ('amount', 'score')
                and tests.trials < {{ knob('watch_min_calls') }}
                then 'insufficient_traffic'
            when
                tests.kind = 'volume'
                and tests.past_events
                < {{ knob('watch_min_history_events') }} * tests.dispersion
                then 'insufficient_traffic'
            -- a gamma of so few independent calls has no tail to speak of
            when
                tests.kind <> 'rate'
                and coalesce(tests.expected < tests.window_dispersion, true)
                then 'insufficient_traffic'
            -- what was never more than nothing has none either
            when tests.z is null then 'insufficient_traffic'
            else 'judged'
        end as status

    from tests

    cross join last_days

),

distances as (

    select
        *,
        if(status = 'judged', abs(z), null) as distance,
        if(status = 'judged' and kind = 'rate', largest_z, null) as largest_distance,
        count(if(status = 'judged', 1, null)) over (partition by interaction_date)
            as tests

    from tests_with_status

),

judged_tests as (

    select
        *,
        -- the least of a number and null would be the number
        if(distance is null, null, least(1e0, 2 * {{ normal_tail_half('distance') }}))
            as p_value,
        2 * {{ normal_tail('largest_distance') }} as least_p_value,
        {{ knob('watch_false_alarms_per_month') }} / (30 * nullif(tests, 0))
            as max_p_value

    from distances

),

limits as (

    select
        *,
        {{ normal_deviate('(least(1e0, max_p_value) / 2)') }} as z_limit

    from judged_tests

),

limits_of_events as (

    select
        *,
        {{ student_deviate('z_limit', 'degrees') }} as t_limit

    from limits

),

expected_events as (

    select
        *,
        if(
            kind = 'rate' or kind = 'volume',
            {{ count_limit('t_limit', 'expected', 'window_dispersion', '-') }},
            {{ amount_limit('t_limit', 'expected', 'window_dispersion', '-') }}
        ) / nullif(trials, 0) as fewest,
        if(
            kind = 'rate' or metric = 'interactions',
            {{ count_limit('t_limit', 'expected', 'window_dispersion', '+') }},
            {{ amount_limit('t_limit', 'expected', 'window_dispersion', '+') }}
        ) / nullif(trials, 0) as most

    from limits_of_events

),

verdicts as (

    select
        interaction_date,
        metric,
        dimension,
        member,
        cast(window_days as bigint) as window_days,
        value,
        baseline,
        value / nullif(baseline, 0) as ratio,
        value - baseline as change,
        case
            when is_quantile or p_value is null then null
            when is_complement then greatest(0e0, 1 - most)
            when is_rare then 0e0
            else fewest
        end as expected_low,
        case
            when is_quantile or p_value is null then null
            when is_complement then if(is_rare, 1e0, 1 - fewest)
            when kind = 'rate' then least(1e0, most)
            else most
        end as expected_high,
        coalesce(trials, 0e0) as exposure,
        coalesce(past_days, 0) as history_days,
        dispersion,
        if(p_value is null, null, z) as z,
        p_value,
        max_p_value,
        against,
        case
            when status <> 'judged' then status
            when p_value <= max_p_value then if(z > 0, 'higher', 'lower')
            when least_p_value > max_p_value then 'insufficient_traffic'
            else 'normal'
        end as verdict

    from expected_events

)

select * from verdicts
