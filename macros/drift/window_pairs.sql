{#- reference and current window of each pair, as words to split -#}
{% macro window_pairs() -%}
    history_to_evaluation reference_to_current
{%- endmacro %}

{% macro is_in_window(window) -%}
    {{ 'decision_window' if window in ('history', 'evaluation') else 'drift_window' }}
    {{- " = '" ~ window ~ "'" }}
{%- endmacro %}
