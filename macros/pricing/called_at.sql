{% macro called_at() -%}
    {#- start of a call: the day and hour where the timestamp is missing -#}
    coalesce(timestamp_utc, date_utc + coalesce(hour_of_day_utc, 0) * interval 1 hour)
{%- endmacro %}
