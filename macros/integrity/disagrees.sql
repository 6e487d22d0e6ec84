{% macro disagrees(total) -%}
    abs(summary_{{ total }} - {{ total }})
    > {{ knob('reconciliation_tolerance') }} * greatest(abs(summary_{{ total }}), abs({{ total }}))
{%- endmacro %}
