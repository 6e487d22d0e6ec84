{% macro operation_outcomes() -%}
    {#- the last attempt decides the outcome of its operation -#}
    case when is_final_attempt then is_failure end as is_operation_failure,
    case
        when is_final_attempt and cache_hit is not true
            then operation_latency_ms > {{ knob('sla_ms') }}
    end as is_operation_sla_breach
{%- endmacro %}
