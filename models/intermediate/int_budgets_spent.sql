with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

spent as (

    select
        interaction_date,
        'failures' as budget,
        {{ knob('fail_budget') }} as budget_rate,
        cast(failures as double) as spent,
        known_outcomes as measured

    from health_by_day

    union all

    select
        interaction_date,
        'sla' as budget,
        {{ knob('sla_budget') }} as budget_rate,
        cast(sla_breaches as double) as spent,
        measured_latencies as measured

    from health_by_day

    union all

    select
        interaction_date,
        'cost' as budget,
        {{ knob('daily_cost_budget_usd') }} as budget_rate,
        cost_usd as spent,
        if(cost_usd is null, 0, 1) as measured

    from health_by_day

)

select * from spent
