{#- some gateways write 20261003 where the price book writes 2026-10-03 -#}
{%- set compact_date = '-(20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(-|:|$)' -%}

with

models as (

    select * from {{ ref('int_models_observed') }}

),

aliases as (

    {{ with_own_rows(ref('model_aliases')) }}

),

provider_literals as (

    select * from {{ ref('price_provider_matches') }}

),

model_literals as (

    select * from {{ ref('model_price_matches') }}

),

-- frameworks are logged in place of a provider, but sell nothing
frameworks as (

    select alias

    from {{ ref('provider_aliases') }}

    where provider is null

),

models_to_price as (

    select distinct
        model_provider,
        model_name

    from models

    where is_imputed and model_name is not null

),

resolved_aliases as (

    select
        models_to_price.*,
        coalesce(
            lower(aliases.provider),
            if(frameworks.alias is null, lower(models_to_price.model_provider), null)
        ) as provider_name,
        coalesce(lower(aliases.model), lower(models_to_price.model_name))
            as reference_name

    from models_to_price

    left join aliases
        on
            lower(models_to_price.model_name) = lower(aliases.model_name)
            and (
                aliases.model_provider is null
                or lower(models_to_price.model_provider) = lower(aliases.model_provider)
            )

    left join frameworks on lower(models_to_price.model_provider) = frameworks.alias

    -- an alias for one provider goes before one for all
    qualify row_number() over (
            partition by models_to_price.model_provider, models_to_price.model_name
            order by aliases.model_provider nulls last
        ) = 1

),

names as (

    select
        *,
        try_cast(
            {{ replaced(
                "regexp_extract(reference_name, '" ~ compact_date ~ "', 0)",
                "'" ~ compact_date ~ "'",
                "'\\1-\\2-\\3'"
            ) }} as date
        ) as released_on,
        if(
            released_on is null,
            null,
            {{ replaced(
                'reference_name', "'" ~ compact_date ~ "'", "'-\\1-\\2-\\3\\4'"
            ) }}
        ) as dashed_name

    from resolved_aliases

),

provider_alternatives as (

    select
        names.model_provider,
        names.model_name,
        names.provider_name,
        names.reference_name,
        names.dashed_name,
        provider_literals.provider as seller,
        provider_literals.matched_on,
        provider_literals.position,
        provider_literals.alternative

    from names

    inner join provider_literals
        on
            (names.provider_name is null)
            = (provider_literals.matched_on = 'model_name')

    group by all

    having
        bool_and(
            {{ literal_holds(
                'coalesce(names.provider_name, names.reference_name)'
            ) }}
        )

),

provider_matches as (

    select *

    from provider_alternatives

    -- its own name goes before a part of it
    qualify row_number() over (
            partition by model_provider, model_name
            order by matched_on = 'provider_name', position, alternative
        ) = 1

),

spellings as (

    select
        *,
        {{ row_for_each_struct(list_of(
            struct_of({'attempt': 1, 'spelling': 'reference_name'}) ~ ', '
            ~ struct_of({'attempt': 2, 'spelling': 'dashed_name'})
        )) }}

    from provider_matches

),

model_alternatives as (

    select
        spellings.model_provider,
        spellings.model_name,
        spellings.attempt,
        model_literals.price_provider,
        model_literals.model as price_model,
        model_literals.position,
        model_literals.alternative

    from spellings

    inner join model_literals on spellings.seller = model_literals.provider

    group by all

    having bool_and({{ literal_holds('spellings.spelling') }})

),

-- the first model whose rule is true, as the price book orders them
model_matches as (

    select *

    from model_alternatives

    qualify row_number() over (
            partition by model_provider, model_name
            order by attempt, position, alternative
        ) = 1

),

price_matches as (

    select
        names.* {{ exclude_columns('released_on') }},
        provider_matches.seller,
        model_matches.price_provider,
        model_matches.price_model

    from names

    left join provider_matches
        on names.model_provider is not distinct from provider_matches.model_provider
            and names.model_name = provider_matches.model_name

    left join model_matches
        on names.model_provider is not distinct from model_matches.model_provider
            and names.model_name = model_matches.model_name

)

select * from price_matches
