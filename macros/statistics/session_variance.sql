{% macro session_variance(sums='') -%}
    {#- of the events of one row of clustered_counts, were the sessions resampled; `sums` is the
        struct that contains them, empty where they are columns next to their rate -#}
    {%- set of = sums ~ '.' if sums else '' -%}
    {%- set rate = '(' ~ of ~ 'events / cast(' ~ of ~ 'trials as double))' if sums else 'rate' -%}
    (
        {{ of }}squared_events - 2 * {{ rate }} * {{ of }}trials_times_events
        + {{ rate }} * {{ rate }} * {{ of }}squared_trials
    ) * {{ of }}session_groups / nullif({{ of }}session_groups - 1, 0)
{%- endmacro %}
