-- depends_on: {{ ref('stg_telemetry_csv__landed_files') }}, {{ ref('stg_telemetry_csv__landed_interactions') }}
-- depends_on: {{ ref('stg_telemetry_csv__repriced_days') }}
{{ config(materialized='table') }}
{%- set usage = earlier('usage_by_day') %}

with

changed as (

    select * from {{ ref('stg_telemetry_csv__changed_days') }}

){{ ',' if usage }}
{% if usage %}
landed as (

    select * from {{ ref('stg_telemetry_csv__landed_interactions') }}

    where landed_file in {{ fresh_files() }}

),

usage as (

    select
        usage_by_day.interaction_date,
        usage_by_day.model_provider,
        usage_by_day.model_name,
        usage_by_day.logged_costs,
        changed.loaded_date is not null as is_changed

    from {{ usage }} as usage_by_day

    left join changed
        -- a business day overlaps two days in UTC: its own and, by the time zone, the
        -- one before or after
        on
            abs(date_diff('day', usage_by_day.interaction_date, changed.loaded_date))
            <= 1

),

logged as (

    select
        coalesce(model_provider, 'unknown') as model_provider,
        coalesce(model_name, 'unknown') as model_name,
        count(nullif(cost_usd, 0)) as logged_costs

    from landed

    group by all

),

-- a model whose costs are logged for the first time, or may no longer be
repriced as (

    select
        usage.model_provider,
        usage.model_name

    from usage

    left join logged
        on usage.model_provider = logged.model_provider
            and usage.model_name = logged.model_name

    group by all

    having
        sum(usage.logged_costs) = 0 and any_value(logged.logged_costs) > 0
        or sum(usage.logged_costs) > 0
        and coalesce(sum(usage.logged_costs) filter (where not usage.is_changed), 0) = 0

),

touched as (

    select loaded_date

    from changed

    union

    select loaded_date

    from {{ ref('stg_telemetry_csv__repriced_days') }}

    union

    select usage.interaction_date as loaded_date

    from usage

    semi join repriced
        on usage.model_provider = repriced.model_provider
            and usage.model_name = repriced.model_name

)
{% endif %}
select * from {{ 'touched' if usage else 'changed' }}
