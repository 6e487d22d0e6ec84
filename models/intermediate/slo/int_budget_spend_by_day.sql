with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

days_clustered as (

    select * from {{ ref('event_variance_by_day') }}

),

spent as (

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

varied as (

    select
        spent.*,
        days_clustered.session_variance,
        days_clustered.row_variance

    from spent

    left join days_clustered
        on spent.interaction_date = days_clustered.interaction_date
            and spent.budget = days_clustered.budget

)

select * from varied
