{{ config(materialized='table') }}

with

interactions as (

    select * from {{ ref('int_interactions_unioned') }}

),

seen as (

    select
        source,
        model_provider,
        model_name,
        service_tier,
        {{ name_code('source, model_provider, model_name, service_tier') }}
            as price_key,
        count(*) as interactions,
        -- a zero may be an answer from a cache, which says nothing of prices
        count(nullif(cost_usd, 0)) as logged_costs

    from interactions

    group by all

),

-- the log is taken at its word: a list price beside it would look like a change
judged as (

    select
        *,
        sum(logged_costs) over models = 0
        or {{ knob('impute_beside_logged') }} = 1 as is_imputed

    from seen

    window models as (partition by source, model_provider, model_name)

)

select * from judged
