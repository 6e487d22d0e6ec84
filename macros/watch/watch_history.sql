{#- a member is new whose history would have fewer days than are needed; one that has been there for
    longer and has few days with calls is not -#}
{% macro is_new_member(first_date, judged_date) -%}
    ({{ first_date }} > {{ judged_date }}
    - {{ watch_gap_days() | int + text_knob('watch_min_history_days') | float | int }})
{%- endmacro %}

{#- what a day adds to the histories of later ones -#}
{% macro watch_past(is_used) -%}
    if({{ is_used }}, events, null) as past_events,
    if({{ is_used }}, trials, null) as past_trials,
    if({{ is_used }}, events * events / nullif(trials, 0), null) as past_squares
{%- endmacro %}

{% macro watch_past_sums(frame) -%}
    sum(past_events) over {{ frame }} as {{ frame }}_events,
    sum(past_trials) over {{ frame }} as {{ frame }}_trials,
    sum(past_squares) over {{ frame }} as {{ frame }}_squares,
    count(past_trials) over {{ frame }} as {{ frame }}_days
{%- endmacro %}

{% macro watch_frame(reach) -%}
    (
        partition by series_id
        order by interaction_date
        rows between {{ reach }} preceding and {{ watch_gap_days() | int + 1 }} preceding
    )
{%- endmacro %}
