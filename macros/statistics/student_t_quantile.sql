{#-
    The 97.5 % quantile of a t distribution, `df` a whole number: exact up to 20 degrees of
    freedom, beyond them the expansion of Abramowitz and Stegun (1964), 26.7.5, which is right to
    3e-7; null without any.
-#}
{% macro student_t_quantile(df) -%}
    {%- set exact = [
        12.7062047362, 4.3026527297, 3.1824463053, 2.7764451052, 2.5705818356, 2.4469118511,
        2.3646242516, 2.3060041352, 2.2621571628, 2.2281388520, 2.2009851601, 2.1788128297,
        2.1603686565, 2.1447866879, 2.1314495456, 2.1199052992, 2.1098155778, 2.1009220402,
        2.0930240544, 2.0859634473
    ] -%}
    {%- set listed_values = list_of(exact | join('e0, ') ~ 'e0') -%}
    case
        when {{ df }} <= 0 then null
        when {{ df }} <= 20
            then {{ item_of(listed_values, 'cast(' ~ df ~ ' as integer)') }}
        else 1.959963984540054e0
            + 2.372271230298562e0 / {{ df }}
            + 2.8224986157396112e0 / power({{ df }}, 2)
            + 2.555849679507722e0 / power({{ df }}, 3)
            + 1.5895340533938225e0 / power({{ df }}, 4)
    end
{%- endmacro %}
