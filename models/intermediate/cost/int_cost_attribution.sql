with

cost_factors as (

    select * from {{ ref('int_cost_factors') }}

),

comparison_periods as (

    select * from {{ ref('int_comparison_periods') }}

),

drivers as (

    select
        {{ row_for_each(
            list_of("'volume', 'mix', 'tokens', 'price', 'retries'")
        ) }} as driver

),

cells_with_means as (

    select
        *,
        (earlier_share + later_share) / 2 as mean_share,
        (earlier_attempts + later_attempts) / 2 as mean_attempts,
        (earlier_tokens + later_tokens) / 2 as mean_tokens,
        (earlier_price_usd + later_price_usd) / 2 as mean_price,
        later_attempts - earlier_attempts as attempts_change,
        later_tokens - earlier_tokens as tokens_change,
        later_price_usd - earlier_price_usd as price_change,
        (earlier_share * earlier_request_usd + later_share * later_request_usd) / 2
            as mean_request_usd

    from cost_factors

),

-- Shapley values: the mean effect of each of the three factors over all orders in which
-- they can change
cell_effects as (

    select
        *,
        (later_share - earlier_share)
        * (earlier_request_usd + later_request_usd) / 2 as mix,
        mean_share * tokens_change
        * (mean_attempts * mean_price + attempts_change * price_change / 12) as tokens,
        mean_share * price_change
        * (mean_attempts * mean_tokens + attempts_change * tokens_change / 12) as price,
        mean_share * attempts_change
        * (mean_tokens * mean_price + tokens_change * price_change / 12) as retries

    from cells_with_means

),

driver_effects as (

    select
        comparison_periods.*,
        cell_effects.* {{ exclude_columns('comparison, later_starts_on') }},
        drivers.driver,
        case drivers.driver
            when 'mix' then cell_effects.mix
            when 'tokens' then cell_effects.tokens
            when 'price' then cell_effects.price
            when 'retries' then cell_effects.retries
            else 0e0
        end as change_usd_per_request,
        if(drivers.driver = 'volume', cell_effects.mean_request_usd, 0e0) as volume_usd

    from cell_effects

    inner join comparison_periods
        on cell_effects.comparison = comparison_periods.comparison
            and cell_effects.later_starts_on = comparison_periods.later_starts_on

    cross join drivers

),

cost_attribution as (

    select
        *,
        earlier_pair_requests / earlier_traffic_days as earlier_daily_requests,
        later_pair_requests / later_traffic_days as later_daily_requests,
        (later_pair_requests - earlier_pair_requests) * volume_usd
        + (earlier_pair_requests + later_pair_requests) / 2 * change_usd_per_request
            as change_usd,
        (later_daily_requests - earlier_daily_requests) * volume_usd
        + (earlier_daily_requests + later_daily_requests) / 2 * change_usd_per_request
            as change_usd_per_day

    from driver_effects

)

select * from cost_attribution
