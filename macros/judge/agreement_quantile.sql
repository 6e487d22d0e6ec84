{#-
    The quantile of Student's t of the interval of an agreement, by the effective number of sessions
    with the label that fewer have; null where one session has all of them.
-#}
{% macro agreement_quantile(sessions) -%}
    {#- weights that are equal may miss a whole number -#}
    {{ student_t_quantile('(cast(floor(' ~ sessions ~ ' + 1e-9) as integer) - 1)') }}
{%- endmacro %}
