{% macro called_at() -%}
    {#- start of a call: the day and hour where the timestamp is missing; a day has 24 of them -#}
    coalesce(timestamp_utc, case
        when coalesce(hour_of_day_utc, 0) between 0 and 23
            then {{ microseconds_after('date_utc', 'coalesce(hour_of_day_utc, 0) * 3600000000') }}
    end)
{%- endmacro %}
