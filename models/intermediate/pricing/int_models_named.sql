{#- some gateways write 20261003 where the price book writes 2026-10-03 -#}
{%- set compact_date = '-(20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(-|:|$)' -%}

with

models as (

    select * from {{ ref('int_models_observed') }}

),

aliases as (

    select * from {{ ref('model_aliases') }}

),

-- they stand where a provider should, and sell nothing
frameworks as (

    select alias

    from {{ ref('provider_aliases') }}

    where provider is null

),

imputed as (

    select distinct
        model_provider,
        model_name

    from models

    where is_imputed and model_name is not null

),

named as (

    select
        imputed.*,
        coalesce(
            lower(aliases.provider),
            if(frameworks.alias is null, lower(imputed.model_provider), null)
        ) as provider_name,
        coalesce(lower(aliases.model), lower(imputed.model_name)) as reference_name

    from imputed

    left join aliases
        on
            lower(imputed.model_name) = lower(aliases.model_name)
            and (
                aliases.model_provider is null
                or lower(imputed.model_provider) = lower(aliases.model_provider)
            )

    left join frameworks on lower(imputed.model_provider) = frameworks.alias

    -- an alias for one provider goes before one for all
    qualify row_number() over (
            partition by imputed.model_provider, imputed.model_name
            order by aliases.model_provider nulls last
        ) = 1

),

dated as (

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

    from named

)

select * {{ exclude_columns('released_on') }} from dated
