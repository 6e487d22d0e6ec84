{% macro called_at() -%}
    {#- when a call was made: a day and an hour stand in for a timestamp -#}
    coalesce(timestamp_utc, date_utc + to_hours(coalesce(hour_of_day_utc, 0)))
{%- endmacro %}
