{#-
    One end of the interval of a rate of bad answers, `side` '+' or '-': Wilson's (1927) interval of
    the rate among the calls drawn at random, at the number of labels whose variance would be the
    estimate's, with a quantile of Student's t; then scaled to their share of the calls and shifted
    by what is known of the others. A variance of zero, as where every label is the same, is
    replaced by that of half a label.
-#}
{% macro quality_interval(side, end) -%}
    {%- set inside = 'inside_audit_rate * (1 - inside_audit_rate)' -%}
    {%- set n = '(nullif(' ~ inside ~ ' * power(audit_share, 2), 0) / floored_variance)' -%}
    {{ end }}(
        {{ '0e0' if side == '-' else '1e0' }},
        certain_rate + audit_share * {{ wilson_end('audit_rate', n, 'quantile', side) }}
    )
{%- endmacro %}
