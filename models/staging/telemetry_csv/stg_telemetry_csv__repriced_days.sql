{{ config(materialized='table') }}
{%- set book, usage = earlier('price_book'), earlier('usage_by_day') %}

with

listed as (
    {{ price_books() }}
),

known as (

    select * from {{ book or 'listed' }}

),

-- the same price from another source is the same price
changed as (

    {% for one, other, change in [('listed', 'known', 1), ('known', 'listed', -1)] %}
    select
        {{ change }} as change,
        *

    from (
        select * {{ leaving_out('source') }} from {{ one }}
        except
        select * {{ leaving_out('source') }} from {{ other }}
    ) as only_here
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

days as (

    select distinct interaction_date as loaded_date

    from {{ usage or '(select cast(null as date) as interaction_date) as nothing' }}

    {{ 'where logged_costs < interactions' if usage }}

),

priced as (

    select
        days.loaded_date,
        changed.* {{ leaving_out('valid_from, valid_to') }}

    from days

    inner join changed
        on
            days.loaded_date >= coalesce(changed.valid_from, days.loaded_date)
            and days.loaded_date < coalesce(changed.valid_to, date '9999-12-31')

),

-- a row that ends where another begins leaves the days before as they were
netted as (

    select
        * {{ leaving_out('change') }},
        sum(change) as changes

    from priced

    group by all

)

select distinct loaded_date from netted

where changes <> 0
