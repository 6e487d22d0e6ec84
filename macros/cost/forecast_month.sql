{% macro forecast_month(health_by_day) -%}
    {#- the calendar month of the last day, from the first day that the data have; no row without
        days -#}
    select
        max(interaction_date) as as_of_date,
        cast(
            greatest(min(interaction_date), date_trunc('month', max(interaction_date)))
            as date
        ) as starts_on,
        last_day(max(interaction_date)) as ends_on

    from {{ health_by_day }}

    having max(interaction_date) is not null
{%- endmacro %}
