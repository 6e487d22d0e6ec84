{# joins the row of `other` with the last `key` up to `moment`; `next_key` is the key of the row
   after it #}
{% macro join_latest(other, moment, key, next_key) -%}
    {%- if target.type == 'spark' -%}
    left join {{ other }}
        on {{ moment }} >= {{ other }}.{{ key }}
            and coalesce({{ moment }} < {{ other }}.{{ next_key }}, true)
    {%- else -%}
    asof left join {{ other }} on {{ moment }} >= {{ other }}.{{ key }}
    {%- endif -%}
{%- endmacro %}
