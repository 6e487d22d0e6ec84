with

prices as (
    {{ price_books() }}
),

normalized as (

    select
        price_book = 'price_overrides' as is_override,
        lower(provider) as provider,
        lower(model) as model,
        lower(coalesce(service_tier, '')) as service_tier,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to,
        coalesce(from_minute_utc, 0) as from_minute_utc,
        coalesce(to_minute_utc, 24 * 60) as to_minute_utc,
        coalesce(min_input_tokens, 0) as min_input_tokens,
        coalesce(max_input_tokens, 9223372036854775807) as max_input_tokens,
        {{ struct_of({
            'source': 'source',
            'model': "concat_ws(' ', provider, model)",
            'valid_from': 'valid_from',
            'input': 'input_usd_per_mtok / 1e6',
            'cache_read': 'coalesce(cache_read_usd_per_mtok, input_usd_per_mtok) / 1e6',
            'cache_write': 'coalesce(cache_write_usd_per_mtok, input_usd_per_mtok) / 1e6',
            'output': 'output_usd_per_mtok / 1e6',
            'reasoning': 'coalesce(reasoning_usd_per_mtok, output_usd_per_mtok) / 1e6',
            'call': 'coalesce(usd_per_thousand_calls, 0e0) / 1e3',
        }) }} as price

    from prices

)

select * from normalized
