{#- a member is new whose history would have fewer days than are needed; one that has been there for
    longer and has few days with calls is not -#}
{% macro is_new_member(first_date, judged_date) -%}
    ({{ first_date }} > {{ judged_date }}
    - {{ watch_gap_days() | int + text_knob('watch_min_history_days') | float | int }})
{%- endmacro %}

{#- what a day adds to the histories of later ones: decimals, whose sums do not depend on the
    order of rows. The squares of dollars are small, those of tokens large -#}
{% macro watch_past(is_used) -%}
    cast(if({{ is_used }}, events, null) as decimal(38, 12)) as past_events,
    cast(if({{ is_used }}, trials, null) as decimal(38, 12)) as past_trials,
    cast(if({{ is_used }}, events * events / nullif(trials, 0) * {{ square_scale() }}, null)
        as decimal(38, 6)) as past_squares
{%- endmacro %}

{% macro square_scale() -%}
    if(metric = 'cost_per_call', 1e12, 1e0)
{%- endmacro %}

{#- the sums of columns over the days that are in a window or history -#}
{% macro watch_sums(columns, is_in) -%}
    {%- for sum, column in columns.items() -%}
    cast(sum(if({{ is_in }}, days.{{ column }}, null)) as double) as {{ sum }}
    {{- ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}
