with

interactions as (

    select * from {{ ref('int_interactions_unioned') }}

),

models as (

    select * from {{ ref('int_models_observed') }}

    where is_imputed

),

prices as (

    select * from {{ ref('int_prices_matched') }}

),

keyed as (

    select
        *,
        -- a call that has a cost finds no price, and costs no time here
        case
            when cost_usd is null
                then
                    {{ name_code('source, model_provider, model_name, service_tier') }}
        end as call_key,
        case
            when cost_usd is null then {{ called_at() }}
        end as called_at,
        if(called_at is null, null, hour(called_at) * 60 + minute(called_at))
            as called_minute

    from interactions

),

offered as (

    select
        keyed.*,
        models.price_key is not null as is_imputed,
        coalesce(negotiated.price, listed.price) as price

    from keyed

    left join models on keyed.call_key = models.price_key
    {% for book, is_override in {'negotiated': 'true', 'listed': 'false'}.items() %}
    left join prices as {{ book }}
        on
            keyed.call_key = {{ book }}.price_key
            and {{ book }}.is_override = {{ is_override }}
            and keyed.called_at >= {{ book }}.valid_from
            and keyed.called_at < {{ book }}.valid_to
            and keyed.called_minute >= {{ book }}.from_minute_utc
            and keyed.called_minute < {{ book }}.to_minute_utc
            and keyed.prompt_tokens >= {{ book }}.min_input_tokens
            and keyed.prompt_tokens <= {{ book }}.max_input_tokens
    {% endfor %}
)

select * {{ exclude_columns('call_key, called_at, called_minute') }} from offered
