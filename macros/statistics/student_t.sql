{#-
    The 97.5 % quantile of a t distribution, `df` a column: Wallace's (1959) normal deviate of a t,
    solved for t. Too large by 4 % with 2 degrees of freedom, by .2 % from 5 on; null without any.
-#}
{% macro student_t_bound(df) -%}
    sqrt(
        {{ df }} * (
            exp(
                3.841459e0 / nullif({{ df }}, 0)
                * power((8e0 * {{ df }} + 3) / (8e0 * {{ df }} + 1), 2)
            ) - 1
        )
    )
{%- endmacro %}
