with

slices as (

    select * from {{ ref('int_slices') }}

),

cluster_sums as (

    select * from {{ ref('int_slice_cluster_sums') }}

),

metrics as (

    select
        slices.family,
        cluster_sums.*

    from cluster_sums

    inner join slices on cluster_sums.slice = slices.slice

),

totals as (

    select
        metric,
        -- every family of one dimension covers all rows
        sum(trials) as total_trials,
        sum(events) as total_events

    from metrics

    where family = 'use_case'

    group by all

),

rates as (

    select
        metrics.*,
        cast(totals.total_trials as bigint) as total_trials,
        cast(totals.total_events as bigint) as total_events,
        metrics.events / cast(nullif(metrics.trials, 0) as double) as rate,
        (totals.total_events - metrics.events)
        / cast(nullif(totals.total_trials - metrics.trials, 0) as double)
            as complement_rate

    from metrics

    inner join totals on metrics.metric = totals.metric

),

design_effects as (

    select
        *,
        -- variance between session groups over that of independent interactions (Kish);
        -- 1 where there is nothing to estimate it from
        coalesce(
            {{ session_variance() }}
            * (trials - 1)
            / nullif(cast(trials as double) * trials * rate * (1e0 - rate), 0),
            1e0
        ) as design_effect

    from rates

),

effects as (

    select
        * {{ exclude_columns('squared_trials, squared_events, trials_times_events') }},
        -- as many independent interactions as tell as much
        events / greatest(1e0, design_effect) as effective_events,
        trials / greatest(1e0, design_effect) as effective_trials,
        {{ wilson_low('effective_events', 'effective_trials') }} as rate_low,
        {{ wilson_high('effective_events', 'effective_trials') }} as rate_high,
        -- the complement's too, with the slice's design effect
        (total_events - events) / greatest(1e0, design_effect)
            as complement_effective_events,
        (total_trials - trials) / greatest(1e0, design_effect)
            as complement_effective_trials,
        events - trials * complement_rate as excess_events,
        trials >= {{ knob('min_requests_slice') }} as is_supported

    from design_effects

),

complement_intervals as (

    select
        *,
        case
            when trials < total_trials
                then {{ wilson_low(
                    'complement_effective_events', 'complement_effective_trials'
                ) }}
        end as complement_rate_low,
        case
            when trials < total_trials
                then {{ wilson_high(
                    'complement_effective_events', 'complement_effective_trials'
                ) }}
        end as complement_rate_high

    from effects

),

excess_intervals as (

    select
        * {{ exclude_columns(
            'complement_effective_events, complement_effective_trials'
        ) }},
        -- of the difference of two rates: Newcombe (1998), method 10
        excess_events - trials * sqrt(
            power(rate - rate_low, 2)
            + power(complement_rate_high - complement_rate, 2)
        ) as excess_events_low,
        excess_events + trials * sqrt(
            power(rate_high - rate, 2)
            + power(complement_rate - complement_rate_low, 2)
        ) as excess_events_high

    from complement_intervals

)

select * from excess_intervals
