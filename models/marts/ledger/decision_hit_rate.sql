with

decision_outcomes as (

    select * from {{ ref('decision_outcomes') }}

),

outcome_counts as (

    select
        prediction,
        count(*) as predictions,
        count(*) filter (where status = 'realised') as realised,
        count(*) filter (where is_counted) as counted,
        count(*) filter (where is_counted and is_inside) as hits,
        -- beyond a million standard errors the size makes no difference
        {{ exact_sum('if(is_counted, greatest(least(error_in_se, 1e6), -1e6), null)') }}
        / cast(nullif(count(error_in_se) filter (where is_counted), 0) as double)
            as mean_error_in_se

    from decision_outcomes

    group by all

),

hit_rates as (

    select
        *,
        hits / cast(nullif(counted, 0) as double) as hit_rate,
        {{ wilson_low('hits', 'counted') }} as hit_rate_low,
        {{ wilson_high('hits', 'counted') }} as hit_rate_high,
        mean_error_in_se * sqrt(counted) as bias_z,
        {{ binomial_tail('counted - hits', 'counted', '0.05e0') }}
            as misses_tail_probability

    from outcome_counts

),

verdicts as (

    select
        *,
        case
            when counted = 0 then 'no_outcomes'
            when abs(bias_z) > 2.575829e0 then 'biased'
            when misses_tail_probability < 0.01e0 then 'too_narrow'
            when counted < {{ knob('ledger_min_outcomes') }} then 'too_few'
            else 'holds'
        end as verdict

    from hit_rates

)

select * from verdicts
