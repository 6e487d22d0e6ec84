{#-
    The z of a standard normal whose tail is that of t with df degrees of freedom, by Wallace
    (1959); t itself where df is null. Tails down to .001 are within 5 % of scipy's from 6 degrees
    of freedom on, and within 21 % with 3.
-#}
{% macro student_z(t, df) -%}
    case
        when {{ df }} is null then {{ t }}
        else sign({{ t }}) * (8e0 * {{ df }} + 1) / (8e0 * {{ df }} + 3)
            * sqrt({{ df }} * ln(1e0 + {{ t }} * {{ t }} / {{ df }}))
    end
{%- endmacro %}
