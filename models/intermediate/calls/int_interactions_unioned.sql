{%- set others = sources_on() | reject('equalto', 'telemetry_csv') | list -%}

with

-- empty where no contract file is read; it has every column of the contract
telemetry_csv as (

    select * from {{ ref('stg_telemetry_csv__interactions') }}

),

{% if others -%}
aliases as (  -- noqa: ST03

    select * from {{ ref('provider_aliases') }}

),

{% endif -%}

{% for source in others -%}
{%- set of_model -%}
case
            when aliases.alias is not null and aliases.provider is null
                then {{ provider_of_model(source ~ '.model_name') }}
        end
{%- endset -%}
{{ source }} as (

    select * from {{ ref('stg_' ~ source ~ '__interactions') }}

),

{{ source }}_named as (

    select
        {{ source }}.* {{ exclude_columns('model_provider') }},
        coalesce(
            aliases.provider, of_models.provider, {{ of_model }},
            if(aliases.alias is null, {{ source }}.model_provider, null)
        ) as model_provider

    from {{ source }}

    left join aliases on lower({{ source }}.model_provider) = aliases.alias

    -- a framework in place of a provider sells nothing: the model tells who does
    left join aliases as of_models on of_models.alias = {{ of_model }}

),

{% endfor -%}

-- the contract's own names stay: they are those of the router that a policy goes to
unioned as (

    select
        *,
        cast(null as bigint) as stated_total_tokens,
        'telemetry_csv' as source

    from telemetry_csv
    {% for source in others %}
    union all by name

    select
        *,
        '{{ source }}' as source

    from {{ source }}_named
    {% endfor %}
)

select * from unioned
