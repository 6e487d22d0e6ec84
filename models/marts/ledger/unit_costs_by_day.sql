with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

priced as (

    select
        interaction_date,
        use_case,
        cost_usd
        + if(is_failure, {{ knob('failure_event_cost_usd') }}, 0e0)
        + if(is_sla_breach, {{ knob('sla_breach_penalty_usd') }}, 0e0)
            as priced_usd,
        is_failure is not null and is_sla_breach is not null and cost_usd is not null
            as is_complete

    from interactions

    where use_case is not null

),

counted as (

    select
        interaction_date,
        use_case,
        count(*) as interactions,
        count(*) filter (where is_complete) as complete_interactions,
        coalesce({{ exact_sum('if(is_complete, priced_usd, null)') }}, 0e0)
            as unit_cost_usd

    from priced

    group by all
    {{ carry_forward('unit_costs_by_day') }}

)

select * from counted
