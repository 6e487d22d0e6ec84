{{ config(group='pricing') }}
-- two prices that hold for one call would count the call twice
with

prices as (

    select
        *,
        row_number() over (
            order by
                provider,
                model,
                service_tier,
                valid_from,
                from_minute_utc,
                min_input_tokens
        ) as price_row

    from {{ ref('int_prices_normalized') }}

)

select
    one.provider,
    one.model

from prices as one

inner join prices as other
    on
        one.is_override = other.is_override
        and one.provider is not distinct from other.provider
        and one.model = other.model
        and one.service_tier = other.service_tier
        and one.price_row < other.price_row
        and one.valid_from < other.valid_to
        and one.valid_to > other.valid_from
        and one.from_minute_utc < other.to_minute_utc
        and one.to_minute_utc > other.from_minute_utc
        and one.min_input_tokens <= other.max_input_tokens
        and one.max_input_tokens >= other.min_input_tokens
