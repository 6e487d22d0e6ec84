with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

event_variance_by_day as (

    select * from {{ ref('event_variance_by_day') }}

),

daily_spend as (

    select
        interaction_date,
        'failures' as budget,
        {{ knob('fail_budget') }} as budget_rate,
        cast(failures as double) as spent,
        known_outcomes as measured,
        operations - known_outcomes as missing

    from health_by_day

    union all

    select
        interaction_date,
        'sla' as budget,
        {{ knob('sla_budget') }} as budget_rate,
        cast(sla_breaches as double) as spent,
        measured_latencies as measured,
        timed_operations - measured_latencies as missing

    from health_by_day

    union all

    select
        interaction_date,
        'cost' as budget,
        {{ knob('daily_cost_budget_usd') }} as budget_rate,
        cost_usd as spent,
        if(cost_usd is null, 0, 1) as measured,
        -- a missing cost has no upper bound
        null as missing

    from health_by_day

),

spend_with_variance as (

    select
        daily_spend.*,
        event_variance_by_day.session_variance,
        event_variance_by_day.row_variance,
        -- a day without a row of variances has one call per session
        if(
            daily_spend.budget = 'cost',
            null,
            coalesce(
                event_variance_by_day.largest_session_events,
                cast(least(daily_spend.spent, 1e0) as bigint)
            )
        ) as largest_session_events

    from daily_spend

    left join event_variance_by_day
        on daily_spend.interaction_date = event_variance_by_day.interaction_date
            and daily_spend.budget = event_variance_by_day.budget

)

select * from spend_with_variance
