with

offered as (

    select * from {{ ref('int_interactions_offered') }}

),

imputed as (

    select
        *,
        case
            when cost_usd is not null then null
            -- a gateway answered: no model ran
            when cache_hit then 0e0
            else {{ input_usd('price') }} + {{ output_usd('price') }} + price['call']
        end as imputed_usd

    from offered

),

priced as (

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
        'USD' as currency,
        -- tokens are known, their price is not: nobody may take this for little spend
        is_imputed
        and imputed_usd is null
        and prompt_tokens is not null
        and (price is null or completion_tokens is not null) as is_unpriced

    from imputed

)

select * from priced
