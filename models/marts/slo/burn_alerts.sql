{#- how often bad events and trials are counted, and over which design effect -#}
{%- set measured_rate = 'least(long_burn_rate, short_burn_rate)' -%}
{%- set readings = {
    'measured': (measured_rate, '0', '0', 'design_effect'),
    'one_session': (measured_rate, '1 - counted_once', '1 - counted_once', '1e0'),
    'missing_good': ('burn_rate_low', '0', 'missing', 'design_effect'),
    'missing_bad': ('burn_rate_high', 'missing', 'missing', 'design_effect'),
} -%}
with

burn_rates_multiwindow as (

    select
        *,
        greatest(1e0, coalesce(largest_session_events, 1e0)) as counted_once

    from {{ ref('int_burn_rates_multiwindow') }}

),

-- the same alert as measured, with the bad events of its largest session as one, and
-- with what is missing at its best and worst
readings as (

    {% for reading, (burn_rate, more_spent, more_trials, divisor) in readings.items() %}
    select
        *,
        '{{ reading }}' as reading,
        {{ burn_rate }} as burn_rate,
        -- effective sample size: independent interactions with the same variance
        (spent + {{ more_spent }}) / coalesce({{ divisor }}, 1e0) as effective_spent,
        (trials + {{ more_trials }}) / coalesce({{ divisor }}, 1e0) as effective_trials

    from burn_rates_multiwindow
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

tail_tests as (

    select
        *,
        burn_rate * budget_rate as rate,
        {{ binomial_tail_z('effective_spent', 'effective_trials', 'reference_rate') }}
            as tail_t

    from readings

),

tail_scores as (

    select
        *,
        {{ student_z('tail_t', 'degrees_of_freedom') }} as tail_z

    from tail_tests

),

tail_probabilities as (

    select
        *,
        if(tail_z is null, null, {{ normal_tail('tail_z') }}) as tail_probability,
        -- tolerance: 6 of 100 on a budget of 0.02 must count as 3 despite rounding
        burn_rate >= factor - 1e-9 as reaches_factor,
        -- compares odds, because a rate of one half cannot triple
        coalesce(own_past_rate <= budget_rate, true)
        or if(
            budget = 'cost',
            rate >= (factor - 1e-9) * own_past_rate,
            rate * (1e0 - own_past_rate)
            >= (factor - 1e-9) * own_past_rate * (1e0 - rate)
        ) as is_above_own_past

    from tail_scores

),

confirmations as (

    select
        *,
        coalesce(
            reaches_factor
            and is_above_own_past
            -- dollars are not a sample and need no test
            and (budget = 'cost' or tail_probability <= max_tail_probability),
            false
        ) as is_confirmed

    from tail_probabilities

),

compared_readings as (

    select
        *,
        factor * budget_rate * trials as expected_bad_events,
        bool_or(is_confirmed and reading = 'missing_good') over readings_of_an_alert
        != bool_or(is_confirmed and reading = 'missing_bad') over readings_of_an_alert
            as verdict_depends_on_missing,
        severity = 'page'
        and not bool_or(is_confirmed and reading = 'one_session')
            over readings_of_an_alert as rests_on_one_session

    from confirmations

    window readings_of_an_alert as (partition by interaction_date, budget, alert)

),

reasons as (

    select
        *,
        case
            when long_burn_rate is null or short_burn_rate is null then null
            when is_confirmed and rests_on_one_session then 'one_session'
            when is_confirmed and is_infeasible and severity = 'ticket'
                then 'slo_infeasible'
            when is_confirmed and own_past_rate > budget_rate then 'above_own_past'
            when is_confirmed then 'above_budget'
            when reaches_factor and not is_above_own_past then 'within_own_past'
            when expected_bad_events < {{ knob('min_expected_bad_events') }}
                then 'few_events'
            when not reaches_factor then 'below_factor'
            else 'not_significant'
        end as measured_reason,
        case
            when measured_reason is null then null
            when is_confirmed then 'firing'
            when measured_reason = 'few_events' then 'insufficient_traffic'
            else 'ok'
        end as measured_status,
        if(measured_reason = 'one_session', 'ticket', severity) as measured_severity

    from compared_readings

    where reading = 'measured'

),

alerts as (

    select
        interaction_date,
        budget,
        alert,
        -- missing data does not clear an alert
        case
            when measured_status is not null then measured_severity
            when max_by(measured_status, interaction_date) filter (
                    where measured_status is not null
                ) over days_so_far = 'firing'
                then max_by(measured_severity, interaction_date) filter (
                        where measured_status is not null
                    ) over days_so_far
            else measured_severity
        end as severity,
        long_days,
        short_days,
        factor,
        period_days,
        factor * long_days / period_days as budget_share,
        long_burn_rate,
        short_burn_rate,
        expected_bad_events,
        own_past_rate,
        design_effect,
        tail_probability,
        max_tail_probability,
        case
            when measured_status is not null then measured_status
            when max_by(measured_status, interaction_date) filter (
                    where measured_status is not null
                ) over days_so_far = 'firing'
                then 'firing'
            else 'unmeasured'
        end as status,
        case
            when measured_reason is not null then measured_reason
            when status = 'firing' then 'not_cleared'
            else 'unmeasured'
        end as reason,
        measured_status is null and status = 'firing' as is_carried,
        coalesce(
            verdict_depends_on_missing and measured_status != 'insufficient_traffic',
            false
        ) as could_missing_flip_it,
        if(status = 'insufficient_traffic', next_alert, null) as escalates_to,
        if(
            status = 'firing' and severity = 'ticket', proposed_budget_rate, null
        ) as proposed_budget_rate

    from reasons

    window days_so_far as (
        partition by budget, alert
        order by interaction_date
        rows between unbounded preceding and current row
    )

),

-- days on which it fires without a break have the same number of other days before them
numbered_breaks as (

    select
        *,
        count(*) filter (where status != 'firing') over (
            partition by budget, alert
            order by interaction_date
            rows between unbounded preceding and current row
        ) as breaks

    from alerts

),

alerts_with_start as (

    select
        * {{ exclude_columns('breaks') }},
        case
            when status = 'firing'
                then min(interaction_date) filter (where status = 'firing') over (
                        partition by budget, alert, breaks
                    )
        end as since

    from numbered_breaks

)

select * from alerts_with_start
