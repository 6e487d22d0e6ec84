{#- days before the judged one that its history reaches back to -#}
{% macro watch_reach() -%}
    {{- text_knob('watch_history_days') | float | int + watch_gap_days() | int -}}
{%- endmacro %}

{#- where days of an open alert are left out, as many days before are taken in their place -#}
{% macro watch_long_reach() -%}
    {{- watch_reach() | int + text_knob('watch_history_days') | float | int -}}
{%- endmacro %}

{#- days, up to the last one, that are judged again by each build -#}
{% macro watch_kept_days() -%}
    28
{%- endmacro %}

{#- days that are read: the first day of the longest history has a history of its own -#}
{% macro watch_read_days() -%}
    {{- watch_kept_days() | int + watch_long_reach() | int + watch_reach() | int -}}
{%- endmacro %}

{#- days before the judged one that are in no history -#}
{% macro watch_gap_days() -%}
    {{- text_knob("watch_gap_days") | float | int -}}
{%- endmacro %}
