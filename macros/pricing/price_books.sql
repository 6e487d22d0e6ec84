{#- negotiated and list prices, with columns by name, as the first file is written by hand #}
{% macro price_books() -%}
    {%- for seed in ['price_overrides', 'model_prices'] %}
    select
        '{{ seed }}' as price_book, provider, model, service_tier, valid_from, valid_to,
        from_minute_utc, to_minute_utc, min_input_tokens, max_input_tokens,
        input_usd_per_mtok, cache_read_usd_per_mtok, cache_write_usd_per_mtok,
        output_usd_per_mtok, reasoning_usd_per_mtok, usd_per_thousand_calls, source
    from ({{ with_own_rows(ref(seed)) }}) as prices{{ ' union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
