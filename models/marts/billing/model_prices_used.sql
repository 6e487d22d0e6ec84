{%- set first_day = first_retained_day() -%}
with

interactions as (

    select * from {{ ref('int_interactions_priced') }}

),

prices_used as (

    select
        coalesce(model_provider, 'unknown') as model_provider,
        coalesce(model_name, 'unknown') as model_name,
        cost_source,
        coalesce(price_source, '(none)') as price_source,
        coalesce(price_model, '(none)') as price_model,
        coalesce(price_valid_from, date '0001-01-01') as price_valid_from,
        count(*) as interactions,
        count(*) filter (where is_unpriced) as unpriced_interactions,
        cast(coalesce(sum(prompt_tokens), 0) as bigint) as prompt_tokens,
        cast(coalesce(sum(completion_tokens), 0) as bigint) as completion_tokens,
        cast(coalesce(sum(cache_read_tokens), 0) as bigint) as cache_read_tokens,
        cast(coalesce(sum(cache_write_tokens), 0) as bigint) as cache_write_tokens,
        {{ exact_sum('cost_usd') }} as cost_usd

    from interactions
    {% if first_day %}
    where coalesce({{ business_date(called_at()) }} >= {{ first_day }}, true)
    {% endif %}
    group by all

),

prices_with_rate as (

    select
        *,
        cost_usd / nullif(prompt_tokens + completion_tokens, 0) * 1e6
            as usd_per_million_tokens

    from prices_used

)

select * from prices_with_rate
