{{ config(materialized='table') }}

with

files as (

    select distinct loaded_date

    from {{ ref('stg_telemetry_csv__landed_files') }}

    where table_name = 'interactions' and loaded_date is not null

),

newest as (

    select max(loaded_date) as newest_date from files

),

redated_rows as (

    select coalesce(sum(moved_rows) > 0, false) as is_moved

    from {{ ref('stg_telemetry_csv__redated_rows') }}

),

touched as (

    select loaded_date

    from {{ ref('stg_telemetry_csv__affected_days') }}

    where loaded_date is not null

),

-- a business day may begin before or end after the UTC day
days as (

    {% for shift in ['- 1', '+ 0', '+ 1'] %}
    select loaded_date {{ shift }} as loaded_date

    from files

    {{ 'union' if not loop.last }}

    {% endfor %}

),

retained as (

    select
        days.loaded_date,
        {{ knob('window_days') }} = 0
        or {{ days_between('days.loaded_date', 'newest.newest_date') }}
        < {{ knob('window_days') }}
            as is_retained

    from days

    cross join newest

),

-- a retry may fall after midnight, so a touched day also restates its neighbours
restated as (

    select
        retained.loaded_date,
        retained.is_retained,
        not retained.is_retained
        and (redated_rows.is_moved or bool_or(touched.loaded_date is not null))
            as is_restated

    from retained

    cross join redated_rows

    left join touched
        on abs({{ days_between('retained.loaded_date', 'touched.loaded_date') }}) <= 1

    group by retained.loaded_date, retained.is_retained, redated_rows.is_moved

),

surrounded as (

    select
        restated.loaded_date,
        restated.is_retained,
        restated.is_restated,
        bool_or(others.is_retained or others.is_restated) as is_read

    from restated

    inner join restated as others
        on abs({{ days_between('restated.loaded_date', 'others.loaded_date') }}) <= 1

    group by restated.loaded_date, restated.is_retained, restated.is_restated

)

select * from surrounded
