with

cost_attribution as (

    select * from {{ ref('int_cost_attribution') }}

),

ranked_cells as (

    select
        *,
        row_number() over (
            partition by comparison, later_starts_on, driver
            order by
                abs(change_usd) desc, use_case asc, model_provider asc, model_name asc
        ) as cell_rank

    from cost_attribution

),

drivers as (

    select
        comparison,
        later_starts_on,
        driver,
        if(driver in ('volume', 'mix'), driver, 'rate') as part,
        earlier_starts_on,
        earlier_ends_on,
        later_ends_on,
        is_overlapping,

        earlier_pair_requests as earlier_requests,
        later_pair_requests as later_requests,
        earlier_traffic_days,
        later_traffic_days,
        {{ exact_sum('earlier_pair_requests * earlier_share * earlier_request_usd') }}
            as earlier_cost_usd,
        {{ exact_sum('later_pair_requests * later_share * later_request_usd') }}
            as later_cost_usd,

        {{ exact_sum('change_usd') }} as change_usd,
        {{ exact_sum('change_usd_per_day') }} as change_usd_per_day,
        {{ exact_sum('change_usd_per_request') }} as change_usd_per_request,

        max(use_case) filter (where cell_rank = 1) as leading_use_case,
        max(model_provider) filter (where cell_rank = 1) as leading_model_provider,
        max(model_name) filter (where cell_rank = 1) as leading_model_name,
        max(change_usd) filter (where cell_rank = 1) as leading_change_usd

    from ranked_cells

    group by all

),

summed as (

    select
        *,
        earlier_cost_usd / earlier_traffic_days as earlier_day_usd,
        sum(change_usd_per_day) over (
            partition by comparison, later_starts_on
            order by
                case driver
                    when 'volume' then 1
                    when 'mix' then 2
                    when 'tokens' then 3
                    when 'price' then 4
                    else 5
                end
            rows between unbounded preceding and current row
        ) as changes_usd

    from drivers

),

final as (

    select
        * {{ exclude_columns('earlier_day_usd, changes_usd') }},
        round(earlier_day_usd + changes_usd - change_usd_per_day, 9)
            as day_cost_before_usd,
        round(earlier_day_usd + changes_usd, 9) as day_cost_after_usd

    from summed

)

select * from final
