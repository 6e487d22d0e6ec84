{#-
    Variance of a value from what it is without each session in turn, one row each (Efron and
    Stein, 1981); null where it has no value without one of them.
-#}
{% macro jackknife_variance(value, value_without) -%}
    {#- scaled, since an exact sum has 12 decimals -#}
    {%- set scaled = 'power(1e6 * (' ~ value ~ ' - ' ~ value_without ~ '), 2)' -%}
    case
        when count({{ value_without }}) = count(*)
            then {{ exact_sum(scaled) }} / 1e12 * (count(*) - 1) / cast(count(*) as double)
    end
{%- endmacro %}
