{{ config(materialized='table') }}

with

budget_spend_rolling as (

    select * from {{ ref('int_budget_spend_rolling') }}

),

burn_rates as (

    select
        interaction_date,
        budget,
        window_days,
        is_complete_window,
        measured,
        missing,
        if(measured = 0, null, spent) as spent,
        spent / nullif(measured, 0) as rate,
        budget_rate,
        spent / nullif(measured * budget_rate, 0) as burn_rate,
        1e0 - spent / nullif(measured * budget_rate, 0) as budget_remaining,
        -- with every missing event good, and with every missing event bad
        spent / nullif((measured + missing) * budget_rate, 0) as burn_rate_low,
        (spent + missing) / nullif((measured + missing) * budget_rate, 0)
            as burn_rate_high,
        -- clustering never makes a count more informative
        greatest(1e0, coalesce(session_variance / nullif(row_variance, 0), 1e0))
            as design_effect,
        measured_days,
        -- Pearson dispersion: includes clustering by session and variation between days
        if(
            budget = 'cost',
            null,
            (squared_spend_over_measured - rate * spent)
            / nullif(rate * (1e0 - rate) * (measured_days - 1), 0)
        ) as day_dispersion,
        largest_session_events

    from budget_spend_rolling

),

burn_rates_with_past as (

    select
        burn_rates.*,
        burn_rates.budget_rate * {{ knob('infeasible_burn_rate') }} as infeasible_rate,
        -- a budget that is spent to the last event is not overspent, despite rounding
        burn_rates.budget_rate * (1e0 + 1e-9) as exhausted_rate,
        previous.is_complete_window as has_two_periods,
        earliest.is_complete_window as has_three_periods,
        previous.rate as previous_rate,
        earliest.rate as earliest_rate

    from burn_rates
    {% for period, periods in {'previous': 1, 'earliest': 2}.items() %}
    left join burn_rates as {{ period }}
        on
            burn_rates.budget = {{ period }}.budget
            and burn_rates.window_days = {{ period }}.window_days
            and burn_rates.interaction_date
            = {{ period }}.interaction_date
            + cast({{ periods }} * burn_rates.window_days as integer)
    {%- endfor %}
),

burn_rates_with_feasibility as (

    select
        * {{ exclude_columns(
            'infeasible_rate, exhausted_rate, has_two_periods, has_three_periods, '
            ~ 'previous_rate, earliest_rate'
        ) }},
        case
            when has_three_periods is not true then null
            -- not least(), which would ignore a period that was not measured
            when rate > infeasible_rate
                and previous_rate > infeasible_rate
                and earliest_rate > infeasible_rate
                then true
            else false
        end as is_infeasible,
        cast(case
            when is_complete_window is not true or rate is null then null
            when rate <= exhausted_rate then 0
            when has_two_periods and previous_rate > exhausted_rate
                then if(has_three_periods and earliest_rate > exhausted_rate, 3, 2)
            else 1
        end as bigint) as periods_over_budget,
        -- an objective that lets more than half of the events be bad is not one
        case
            when periods_over_budget = 3
                and (
                    budget = 'cost'
                    or greatest(rate, previous_rate, earliest_rate) <= 0.5e0
                )
                then greatest(rate, previous_rate, earliest_rate)
        end as proposed_budget_rate

    from burn_rates_with_past

)

select * from burn_rates_with_feasibility
