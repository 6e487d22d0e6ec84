{# joins the one row of `other` whose `key` is the last up to `moment`; its `next_key` is that of the row after it #}
{% macro join_latest(other, moment, key, next_key) -%}
    {%- if target.type == 'spark' -%}
    left join {{ other }} on {{ moment }} >= {{ other }}.{{ key }} and coalesce({{ moment }} < {{ other }}.{{ next_key }}, true)
    {%- else -%}
    asof left join {{ other }} on {{ moment }} >= {{ other }}.{{ key }}
    {%- endif -%}
{%- endmacro %}
