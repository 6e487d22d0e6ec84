{% macro called_at() -%}
    {#- when a call was made: a day and an hour stand in for a timestamp -#}
    coalesce(timestamp_utc, date_utc + coalesce(hour_of_day_utc, 0) * interval 1 hour)
{%- endmacro %}
