{% macro reference_severity(failure_rate, sla_breach_rate, p95_latency_ms) -%}
    100 * {{ failure_rate }} + 60 * coalesce({{ sla_breach_rate }}, 0e0)
    + 10 * coalesce({{ p95_latency_ms }} / {{ knob('sla_ms') }}, 0e0)
{%- endmacro %}

{% macro reference_bucket(severity) -%}
    case
        when {{ severity }} <= 35 then 'watch'
        when {{ severity }} <= 55 then 'elevated'
        when {{ severity }} <= 75 then 'high'
        else 'critical'
    end
{%- endmacro %}

{% macro reference_hotspot_rate() -%}
    greatest(3 * {{ knob('fail_budget') }}, 0.05e0)
{%- endmacro %}
