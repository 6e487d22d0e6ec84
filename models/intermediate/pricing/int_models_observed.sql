{{ config(materialized='table') }}
{%- set usage, days = earlier('usage_by_day'), days_to_process() %}

with

interactions as (

    select * from {{ ref('int_interactions_unioned') }}

),

observed_models as (

    select
        source,
        service_name,
        model_provider,
        model_name,
        service_tier,
        {{ name_code('source, service_name, model_provider, model_name, service_tier') }}
            as price_key,
        count(*) as interactions,
        -- a zero may be an answer from a cache, which says nothing of prices
        count(nullif(cost_usd, 0)) as logged_costs,
        0 as logged_before

    from interactions

    group by all

),

{% if usage -%}
-- costs logged on days that this build does not read
logged_before as (

    select
        source,
        nullif(model_provider, 'unknown') as model_provider,
        nullif(model_name, 'unknown') as model_name,
        -- where some services log costs and others do not, each is known by its own calls
        if(sum(costed_interactions) > sum(logged_costs), 0, sum(logged_costs))
            as logged_costs

    from {{ usage }} as usage_by_day

    semi join {{ days }} as days
        on usage_by_day.interaction_date = days.loaded_date
            and not days.is_retained
            and not days.is_restated

    group by all

),

models_with_history as (

    select
        observed_models.* replace (coalesce(before.logged_costs, 0) as logged_before)

    from observed_models

    left join logged_before as before
        on observed_models.source = before.source
            and observed_models.model_provider is not distinct from before.model_provider
            and observed_models.model_name is not distinct from before.model_name

),

{% endif -%}

-- logged costs are trusted: mixing in list prices would look like a price change
models_to_impute as (

    select
        *,
        sum(logged_costs + logged_before) over models = 0
        or {{ knob('impute_beside_logged') }} = 1 as is_imputed

    from {{ 'models_with_history' if usage else 'observed_models' }}

    window models as (partition by source, service_name, model_provider, model_name)

)

select * from models_to_impute
