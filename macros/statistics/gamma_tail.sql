{#-
    Q(shape, x), the upper tail of a gamma distribution of scale 1, where both are columns: one
    minus the series of Abramowitz and Stegun 6.5.29. For a chi-square, `shape` is half the degrees
    of freedom, which need not be whole. Absolute error against scipy 4e-13; 0 beyond
    shape + 40 + 12 sqrt(shape).
-#}
{% macro gamma_tail(shape, x) -%}
    case
        when {{ x }} <= 0 then 1e0
        when {{ x }} > {{ shape }} + 40 + 12 * sqrt({{ shape }}) then 0e0
        else greatest(0e0, 1e0 - {{ sum_of_items(for_each(
            numbers_below('cast(round(' ~ x ~ ' + 12 * sqrt(' ~ x ~ ') + 40) as bigint)'), 'term',
            'exp((' ~ shape ~ ' + term) * ln(' ~ x ~ ') - ' ~ x
            ~ ' - ' ~ log_gamma(shape ~ ' + term + 1') ~ ')'
        )) }})
    end
{%- endmacro %}
