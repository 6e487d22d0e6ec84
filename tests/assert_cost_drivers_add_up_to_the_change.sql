-- A bill that is explained but for a remainder is not explained.
with

cost_drivers as (

    select * from {{ ref('cost_drivers') }}

),

changes as (

    select
        comparison,
        later_starts_on,
        earlier_cost_usd,
        later_cost_usd,
        later_cost_usd / later_traffic_days - earlier_cost_usd / earlier_traffic_days
            as daily_usd,
        later_cost_usd / later_requests - earlier_cost_usd / earlier_requests
            as request_usd,
        sum(change_usd) as explained_usd,
        sum(change_usd_per_day) as explained_daily_usd,
        sum(change_usd_per_request) as explained_request_usd

    from cost_drivers

    group by
        comparison,
        later_starts_on,
        earlier_cost_usd,
        later_cost_usd,
        earlier_traffic_days,
        later_traffic_days,
        earlier_requests,
        later_requests

)

select *

from changes

where
    greatest(
        abs(explained_usd - (later_cost_usd - earlier_cost_usd)),
        abs(explained_daily_usd - daily_usd),
        abs(explained_request_usd - request_usd)
    ) > 1e-9 * greatest(1e0, earlier_cost_usd, later_cost_usd)
