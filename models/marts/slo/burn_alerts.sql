with

burn_rates_multiwindow as (

    select * from {{ ref('int_burn_rates_multiwindow') }}

),

tail_tests as (

    select
        *,
        -- effective sample size: independent interactions with the same variance
        spent / coalesce(design_effect, 1e0) as effective_spent,
        trials / coalesce(design_effect, 1e0) as effective_trials,
        factor * budget_rate * trials as expected_bad_events,
        {{ binomial_tail_z('effective_spent', 'effective_trials', 'budget_rate') }}
            as tail_z

    from burn_rates_multiwindow

),

tail_probabilities as (

    select
        *,
        if(tail_z is null, null, {{ normal_tail('tail_z') }}) as tail_probability

    from tail_tests

),

measured_alerts as (

    select
        *,
        (burn_rate_low < factor - 1e-9) != (burn_rate_high < factor - 1e-9)
            as verdict_depends_on_missing,
        case
            when long_burn_rate is null or short_burn_rate is null then null
            when expected_bad_events < {{ knob('min_expected_bad_events') }}
                then 'insufficient_traffic'
            -- 6 of 100 on a budget of 0.02 is a burn rate of 3 despite rounding
            when least(long_burn_rate, short_burn_rate) < factor - 1e-9 then 'ok'
            when tail_probability > max_tail_probability then 'ok'
            when is_infeasible then 'slo_infeasible'
            else 'firing'
        end as measured_status

    from tail_probabilities

),

alerts as (

    select
        interaction_date,
        budget,
        alert,
        severity,
        long_days,
        short_days,
        factor,
        period_days,
        factor * long_days / period_days as budget_share,
        long_burn_rate,
        short_burn_rate,
        expected_bad_events,
        design_effect,
        tail_probability,
        max_tail_probability,
        case
            when measured_status is not null then measured_status
            -- missing data does not clear an alert
            when max_by(measured_status, interaction_date) filter (
                    where measured_status is not null
                ) over days_so_far = 'firing'
                then 'firing'
            else 'unmeasured'
        end as status,
        measured_status is null and status = 'firing' as is_carried,
        coalesce(
            verdict_depends_on_missing and measured_status != 'insufficient_traffic',
            false
        ) as could_missing_flip_it,
        if(status = 'insufficient_traffic', next_alert, null) as escalates_to,
        if(status = 'slo_infeasible', proposed_budget_rate, null)
            as proposed_budget_rate

    from measured_alerts

    window days_so_far as (
        partition by budget, alert
        order by interaction_date
        rows between unbounded preceding and current row
    )

)

select * from alerts
