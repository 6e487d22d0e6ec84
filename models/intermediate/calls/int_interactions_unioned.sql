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
{{ source }} as (

    select * from {{ ref('stg_' ~ source ~ '__interactions') }}

),

{{ source }}_named as (

    select
        {{ source }}.* {{ exclude_columns('model_provider') }},
        coalesce(aliases.provider, {{ source }}.model_provider) as model_provider

    from {{ source }}

    left join aliases on lower({{ source }}.model_provider) = aliases.alias

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
