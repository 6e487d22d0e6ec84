{#- labels below which no interval of an agreement is stated -#}
{% macro least_agreement_labels() %}120{% endmacro %}

{#-
    One end, `side` '-' or '+', of the 95 % interval of a chance-corrected agreement, alpha or
    kappa; null below that number of labels, and without a variance. Expects the columns `scale`,
    `variance`, `rarer_answers` and `quantile`.

    The scale is the disagreement by chance over the largest that labels as frequent as these can
    have, so that 1 - scale (1 - agreement) is the share of the rarer labels that others agree
    with, 0 to 1. Its interval is Wilson's at the number of labels that would have its variance,
    which is at least that of half a disagreement in the answers with the label that fewer have.
-#}
{% macro agreement_end(agreement, labels, side) -%}
    {%- set half = '0.5e0 / rarer_answers' -%}
    {%- set share = 'least(greatest(1 - scale * (1 - ' ~ agreement ~ '), 0e0), 1e0)' -%}
    {%- set inside = 'least(greatest(' ~ share ~ ', ' ~ half ~ '), 1 - ' ~ half ~ ')' -%}
    {%- set least_variance = 'greatest(scale * scale * variance, ' ~ half ~ ' / rarer_answers)' -%}
    {%- set n = '(' ~ inside ~ ' * (1 - ' ~ inside ~ ') / ' ~ least_variance ~ ')' -%}
    case
        when {{ labels }} >= {{ least_agreement_labels() }} and variance is not null
            then 1 - (1 - {{ wilson_end(share, n, 'quantile', side) }}) / scale
    end
{%- endmacro %}
