with

budget_spend_by_day as (

    select * from {{ ref('int_budget_spend_by_day') }}

),

burn_rate_windows as (

    select * from {{ ref('burn_rate_windows') }}

),

window_lengths as (

    select long_days as window_days from burn_rate_windows

    union

    select short_days as window_days from burn_rate_windows

    union

    select period_days as window_days from burn_rate_windows

),

-- by date and not by row: a day that is not in the data is not a day without failures
rolling_spend as (

    select
        last_days.interaction_date,
        last_days.budget,
        window_lengths.window_days,
        count(*) = window_lengths.window_days as is_complete_window,
        cast(sum(days.measured) as bigint) as measured,
        cast(sum(days.missing) as bigint) as missing,
        {{ exact_sum('days.spent') }} as spent,
        {{ exact_sum('days.session_variance') }} as session_variance,
        {{ exact_sum('days.row_variance') }} as row_variance,
        {{ exact_sum('days.spent * days.spent / nullif(days.measured, 0)') }}
            as squared_spend_over_measured,
        count(*) filter (where days.measured > 0) as measured_days,
        max(days.largest_session_events) as largest_session_events,
        last_days.budget_rate

    from budget_spend_by_day as last_days

    cross join window_lengths

    inner join budget_spend_by_day as days
        on last_days.budget = days.budget
            and last_days.interaction_date
            between days.interaction_date
            and days.interaction_date + cast(window_lengths.window_days - 1 as integer)

    group by
        last_days.interaction_date,
        last_days.budget,
        window_lengths.window_days,
        last_days.budget_rate

)

select * from rolling_spend
