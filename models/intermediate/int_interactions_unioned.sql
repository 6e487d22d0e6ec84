with

{% for source in sources_on() if source != 'telemetry_csv' -%}
{{ source }} as (

    select * from {{ ref('stg_' ~ source ~ '__interactions') }}

),

{% endfor -%}

-- empty where no contract file is read; every column of the contract stands in it
telemetry_csv as (

    select * from {{ ref('stg_telemetry_csv__interactions') }}

),

aliases as (

    select * from {{ ref('provider_aliases') }}

),

unioned as (

    select
        *,
        'telemetry_csv' as source

    from telemetry_csv
    {% for source in sources_on() if source != 'telemetry_csv' %}
    union all by name

    select
        *,
        '{{ source }}' as source

    from {{ source }}
    {% endfor %}
),

named as (

    select
        unioned.* replace (
            coalesce(aliases.provider, unioned.model_provider) as model_provider
        )

    from unioned

    -- the contract's own names stay: they are those of the router that a policy goes to
    left join aliases
        on lower(unioned.model_provider) = aliases.alias
            and unioned.source != 'telemetry_csv'

)

select * from named
