with

interactions as (

    select * from {{ ref('int_interactions_unioned') }}

),

models as (

    select * from {{ ref('int_models_observed') }}

    where is_imputed

),

prices as (

    select * from {{ ref('int_prices_applicable') }}

),

calls_to_price as (

    select
        *,
        -- a call with a cost gets no key, so the join skips it
        case
            when cost_usd is null
                then
                    {{ name_code(
                        'source, service_name, model_provider, model_name, service_tier'
                    ) }}
        end as call_key,
        case
            when cost_usd is null then {{ called_at() }}
        end as called_at,
        if(called_at is null, null, hour(called_at) * 60 + minute(called_at))
            as called_minute

    from interactions

),

calls_with_price as (

    select
        calls_to_price.*,
        models.price_key is not null as is_imputed,
        coalesce(negotiated.price, listed.price) as price

    from calls_to_price

    left join models on calls_to_price.call_key = models.price_key
    {% for book, is_override in {'negotiated': 'true', 'listed': 'false'}.items() %}
    left join prices as {{ book }}
        on
            calls_to_price.call_key = {{ book }}.price_key
            and {{ book }}.is_override = {{ is_override }}
            and calls_to_price.called_at >= {{ book }}.valid_from
            and calls_to_price.called_at < {{ book }}.valid_to
            and calls_to_price.called_minute >= {{ book }}.from_minute_utc
            and calls_to_price.called_minute < {{ book }}.to_minute_utc
            and calls_to_price.prompt_tokens >= {{ book }}.min_input_tokens
            and calls_to_price.prompt_tokens <= {{ book }}.max_input_tokens
    {% endfor %}
),

calls_with_imputed_cost as (

    select
        *,
        case
            when cost_usd is not null then null
            -- a gateway answered: no model ran
            when cache_hit then 0e0
            else {{ input_usd('price') }} + {{ output_usd('price') }} + price['call']
        end as imputed_usd

    from calls_with_price

),

priced_calls as (

    select
        * {{ exclude_columns('is_imputed, price, imputed_usd, cost_usd') }},
        coalesce(cost_usd, imputed_usd) as cost_usd,
        case
            when cost_usd is not null then 'logged'
            when imputed_usd is not null then 'imputed'
            else 'missing'
        end as cost_source,
        case
            when cost_usd is not null then source
            when cache_hit then 'cache hit'
            when imputed_usd is not null then price['source']
        end as price_source,
        if(imputed_usd is not null, price['model'], null) as price_model,
        if(imputed_usd is not null, price['valid_from'], null) as price_valid_from,
        -- tokens are known, their price is not: such a call must not look cheap
        is_imputed
        and imputed_usd is null
        and prompt_tokens is not null
        and (price is null or completion_tokens is not null) as is_unpriced

    from calls_with_imputed_cost

)

select * from priced_calls
