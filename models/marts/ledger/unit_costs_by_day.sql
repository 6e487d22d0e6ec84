with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

priced_calls as (

    select
        interaction_date,
        use_case,
        {{ priced_usd('cost_usd', 'is_failure', 'is_sla_breach') }} as priced_usd,
        is_failure is not null and is_sla_breach is not null and cost_usd is not null
            as is_complete

    from interactions

    where use_case is not null

),

unit_costs as (

    select
        interaction_date,
        use_case,
        count(*) as interactions,
        count(*) filter (where is_complete) as complete_interactions,
        coalesce({{ exact_sum('if(is_complete, priced_usd, null)') }}, 0e0)
            as unit_cost_usd

    from priced_calls

    group by all
    {{ carry_forward('unit_costs_by_day') }}

)

select * from unit_costs
