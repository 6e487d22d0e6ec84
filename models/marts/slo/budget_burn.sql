with

budget_spend_rolling as (

    select * from {{ ref('int_budget_spend_rolling') }}

),

burned as (

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
        -- every missing one good, every missing one bad
        spent / nullif((measured + missing) * budget_rate, 0) as burn_rate_low,
        (spent + missing) / nullif((measured + missing) * budget_rate, 0)
            as burn_rate_high,
        -- sessions never make a count tell more
        greatest(1e0, coalesce(session_variance / nullif(row_variance, 0), 1e0))
            as design_effect

    from budget_spend_rolling

),

with_past as (

    select
        burned.*,
        burned.budget_rate * {{ knob('infeasible_burn_rate') }} as infeasible_rate,
        earliest.is_complete_window as has_three_periods,
        previous.rate as previous_rate,
        earliest.rate as earliest_rate

    from burned
    {% for period, periods in {'previous': 1, 'earliest': 2}.items() %}
    left join burned as {{ period }}
        on
            burned.budget = {{ period }}.budget
            and burned.window_days = {{ period }}.window_days
            and burned.interaction_date
            = {{ period }}.interaction_date
            + cast({{ periods }} * burned.window_days as integer)
    {%- endfor %}
),

judged as (

    select
        * {{ exclude_columns(
            'infeasible_rate, has_three_periods, previous_rate, earliest_rate'
        ) }},
        case
            when has_three_periods is not true then null
            -- not least(), which would leave the unmeasured out
            when rate > infeasible_rate
                and previous_rate > infeasible_rate
                and earliest_rate > infeasible_rate
                then true
            else false
        end as is_infeasible,
        case
            when is_infeasible then greatest(rate, previous_rate, earliest_rate)
        end as proposed_budget_rate

    from with_past

)

select * from judged
