with

cells_compared as (

    select * from {{ ref('int_cells_compared') }}

),

comparison_periods as (

    select * from {{ ref('int_comparison_periods') }}

),

drivers as (

    select {{ row_for_each(list_of("'volume', 'mix', 'tokens', 'price', 'retries'")) }} as driver  -- noqa: LT05

),

averaged as (

    select
        *,
        (earlier_share + later_share) / 2 as mean_share,
        (earlier_attempts + later_attempts) / 2 as mean_attempts,
        (earlier_tokens + later_tokens) / 2 as mean_tokens,
        (earlier_price_usd + later_price_usd) / 2 as mean_price,
        later_attempts - earlier_attempts as more_attempts,
        later_tokens - earlier_tokens as more_tokens,
        later_price_usd - earlier_price_usd as more_price,
        (earlier_share * earlier_request_usd + later_share * later_request_usd) / 2
            as mean_request_usd

    from cells_compared

),

-- each of three factors moves first, second or third: the mean over every order
moved as (

    select
        *,
        (later_share - earlier_share)
        * (earlier_request_usd + later_request_usd) / 2 as mix,
        mean_share * more_tokens
        * (mean_attempts * mean_price + more_attempts * more_price / 12) as tokens,
        mean_share * more_price
        * (mean_attempts * mean_tokens + more_attempts * more_tokens / 12) as price,
        mean_share * more_attempts
        * (mean_tokens * mean_price + more_tokens * more_price / 12) as retries

    from averaged

),

attributed as (

    select
        comparison_periods.*,
        moved.* {{ exclude_columns('comparison, later_starts_on') }},
        drivers.driver,
        case drivers.driver
            when 'mix' then moved.mix
            when 'tokens' then moved.tokens
            when 'price' then moved.price
            when 'retries' then moved.retries
            else 0e0
        end as change_usd_per_request,
        if(drivers.driver = 'volume', moved.mean_request_usd, 0e0) as volume_usd

    from moved

    inner join comparison_periods
        on moved.comparison = comparison_periods.comparison
            and moved.later_starts_on = comparison_periods.later_starts_on

    cross join drivers

),

scaled as (

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

    from attributed

)

select * from scaled
