{# 1 is a Monday #}
{% macro iso_weekday(moment) -%}
    extract({{ 'dayofweek_iso' if target.type == 'spark' else 'isodow' }} from {{ moment }})
{%- endmacro %}

{% macro days_between(first_date, last_date) -%}
    {%- if target.type == 'spark' -%}
    date_diff({{ last_date }}, {{ first_date }})
    {%- else -%}
    date_diff('day', {{ first_date }}, {{ last_date }})
    {%- endif -%}
{%- endmacro %}

{# since 1970 #}
{% macro microseconds(moment) -%}
    {{ 'unix_micros' if target.type == 'spark' else 'epoch_us' }}({{ moment }})
{%- endmacro %}

{# a count of microseconds after a moment; DuckDB multiplies an interval by 32 bits at most #}
{% macro microseconds_after(moment, count) -%}
    {%- if target.type == 'spark' -%}
    timestamp_micros({{ microseconds(moment) }} + {{ count }})
    {%- else -%}
    {{ moment }} + to_microseconds({{ count }})
    {%- endif -%}
{%- endmacro %}

{# null where the finish lies before the start: that is no duration #}
{% macro milliseconds_between(start, finish) -%}
    case
        when {{ finish }} >= {{ start }}
            then ({{ microseconds(finish) }} - {{ microseconds(start) }}) / 1e3
    end
{%- endmacro %}

{# a time is rejected that lies before there were calls to log, or ahead of the clock: a year of two
    digits, a zero, a day number of a spreadsheet, or a placeholder such as 9999-12-31 #}
{% macro is_plausible_time(moment) -%}
    ({{ moment }} >= {{ earliest_time() }} and {{ moment }} < {{ latest_time() }})
{%- endmacro %}

{% macro plausible_time(moment) -%}
    case when {{ is_plausible_time(moment) }} then {{ moment }} end
{%- endmacro %}

{% macro earliest_time() -%}
    cast(make_date(cast({{ knob('first_plausible_year') }} as integer), 1, 1) as timestamp)
{%- endmacro %}

{% macro latest_time() -%}
    ({{ 'now()' if target.type == 'spark' else "timezone('UTC', now())" }}
    + {{ knob('max_days_ahead') }} * interval 1 day)
{%- endmacro %}
