-- depends_on: {{ ref('stg_telemetry_csv__landed_interactions') }}
{{ config(materialized='table') }}
{%- set known = earlier('loaded_files') -%}

with

files as (

    select distinct landed_file from {{ loaded_files('llm_system_interactions') }}

),

landed as (

    select
        interaction_id,
        loaded_date,
        landed_file

    from {{ ref('stg_telemetry_csv__landed_interactions') }}

    where interaction_id is not null and {{ is_windowed() or 'false' }}

),

moved as (
    {% if known %}
    select
        landed_file,
        any_value(moved_rows) as moved_rows

    from {{ known }}

    group by all

    union all

    select
        fresh.landed_file,
        count(*) as moved_rows

    from landed as fresh

    inner join landed as others
        on
            fresh.interaction_id = others.interaction_id
            and fresh.landed_file <> others.landed_file
            and fresh.loaded_date is distinct from others.loaded_date

    where fresh.landed_file in {{ fresh_files() }}

    group by fresh.landed_file
    {% else %}
    select
        max(landed_file) as landed_file,
        1 as moved_rows

    from landed

    group by interaction_id

    having
        min(loaded_date) <> max(loaded_date)
        or count(loaded_date) not in (0, count(*))
    {% endif %}
),

counted as (

    select
        files.landed_file,
        coalesce(cast(sum(moved.moved_rows) as bigint), 0) as moved_rows

    from files

    left join moved on files.landed_file = moved.landed_file

    group by all

)

select * from counted
