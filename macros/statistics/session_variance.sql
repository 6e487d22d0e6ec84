{% macro session_variance() -%}
    {#- of the events of one row of clustered_counts with its rate, if the sessions were resampled -#}
    (squared_events - 2 * rate * trials_times_events + rate * rate * squared_trials)
    * session_groups / nullif(session_groups - 1, 0)
{%- endmacro %}
