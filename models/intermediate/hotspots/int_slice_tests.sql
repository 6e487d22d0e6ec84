{{ config(materialized='table') }}

with

slice_metrics as (

    select * from {{ ref('int_slice_z_scores') }}

),

p_values as (

    select
        *,
        {{ normal_tail('z') }} as approximate_p_value,
        -- for a handful of events, no approximation is trusted alone
        case
            when events < {{ knob('exact_below_events') }}
                then {{ binomial_tail('events', 'trials', 'complement_rate') }}
        end as exact_p_value,
        -- greatest() leaves the unknown out
        greatest(approximate_p_value, exact_p_value) as p_value

    from slice_metrics

    where is_supported and trials < total_trials

),

false_discovery_rates as (

    select
        *,
        p_value * count(*) over () / count(*) over (order by p_value)
            as false_discovery_rate

    from p_values

),

q_values as (

    select
        slice,
        metric,
        p_value,
        -- Benjamini and Hochberg over all slices and metrics: done per family, one of
        -- the 126 would raise a false alarm on almost any quiet data
        least(1e0, min(false_discovery_rate) over (order by p_value desc)) as q_value

    from false_discovery_rates

),

verdicts as (

    select
        slice_metrics.*,
        q_values.p_value,
        q_values.q_value,
        case
            when slice_metrics.trials = 0 then 'unmeasured'
            when not slice_metrics.is_supported then 'insufficient_support'
            when q_values.q_value is null then 'no_complement'
            when
                coalesce(slice_metrics.family_p_value, 1e0)
                > {{ knob('max_homogeneity_p_value') }}
                then 'no_heterogeneity'
            when q_values.q_value > {{ knob('max_hotspot_q_value') }}
                then 'not_significant'
            when
                slice_metrics.rate
                < slice_metrics.complement_rate * {{ knob('min_hotspot_rate_ratio') }}
                and slice_metrics.excess_events
                < {{ knob('min_hotspot_excess_events') }}
                then 'small_effect'
            else 'hotspot'
        end as verdict

    from slice_metrics

    left join q_values
        on
            slice_metrics.slice = q_values.slice
            and slice_metrics.metric = q_values.metric

)

select * from verdicts
