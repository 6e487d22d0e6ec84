{#-
    The z of a standard normal whose upper tail is `tail`, a column of at most one half: Abramowitz
    and Stegun 26.2.23. Absolute error 4.5e-4.
-#}
{% macro normal_deviate(tail) -%}
    {%- set root = 'sqrt(-2 * ln(' ~ tail ~ '))' -%}
    (
        {{ root }} - (2.515517e0 + {{ root }} * (0.802853e0 + {{ root }} * 0.010328e0))
        / (1 + {{ root }} * (1.432788e0 + {{ root }} * (0.189269e0 + {{ root }} * 0.001308e0)))
    )
{%- endmacro %}

{#- the t of Student that student_z turns into `z`; z itself where df is null -#}
{% macro student_deviate(z, df) -%}
    case
        when {{ df }} is null then {{ z }}
        else sqrt({{ df }} * (
            exp(power({{ z }} * (8e0 * {{ df }} + 3) / (8e0 * {{ df }} + 1), 2) / {{ df }}) - 1
        ))
    end
{%- endmacro %}
