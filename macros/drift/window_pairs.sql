{#- what drift compares, as words to split -#}
{% macro window_pairs() -%}
    history_to_evaluation reference_to_current
{%- endmacro %}

{% macro is_in_window(window_pair, side) -%}
    {#- whether a row is on the side `reference` or `current`, which the name of the pair says -#}
    {%- set windows = window_pair.split('_to_') -%}
    {{ 'decision_window' if 'evaluation' in windows else 'drift_window' }}
    {{- " = '" ~ windows[0 if side == 'reference' else 1] ~ "'" }}
{%- endmacro %}
