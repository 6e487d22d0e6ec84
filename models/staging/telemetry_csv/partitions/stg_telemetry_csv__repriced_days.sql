{{ config(materialized='table') }}
{%- set book, usage = earlier('price_book'), earlier('usage_by_day') %}
{%- set imputed = usage ~ ' where logged_costs < interactions' if usage
    else '(select cast(null as date) as interaction_date) as nothing' %}

with

prices as (

    {% set books = '(' ~ price_books() ~ ')' -%}
    select
        1 as change,
        *

    from {{ books }} as listed

    union all

    select
        -1 as change,
        *

    from {{ book or books }} as known

),

-- the same price from another source is the same price
counted as (

    select
        * {{ exclude_columns('change, source') }},
        sum(change) as change,
        min(change) as lowest,
        max(change) as highest

    from prices

    group by all

),

-- a name that is new, or gone, goes before broader ones on every day
changed as (

    select
        * {{ exclude_columns('lowest, highest') }},
        min(lowest) over names = max(highest) over names as is_everywhere

    from counted

    window names as (partition by price_book, provider, model, service_tier)

),

-- a business day may begin before or end after the UTC day
days as (

    {% for shift in ['- 1', '+ 0', '+ 1'] %}
    select interaction_date {{ shift }} as loaded_date

    from {{ imputed }}

    {{ 'union' if not loop.last }}

    {% endfor %}

),

priced as (

    select
        days.loaded_date,
        changed.* {{ exclude_columns('valid_from, valid_to') }}

    from days

    inner join changed
        on changed.change <> 0
            and (
                changed.is_everywhere
                or days.loaded_date >= coalesce(changed.valid_from, days.loaded_date)
                and days.loaded_date < coalesce(changed.valid_to, date '9999-12-31')
            )

),

-- a row that ends where another begins leaves the days before as they were
netted as (

    select
        * {{ exclude_columns('change') }},
        sum(change) as changes

    from priced

    group by all

    having sum(change) <> 0

)

select distinct loaded_date from netted
