{% macro priced_usd(cost, failures, breaches) -%}
    {#- the cost of a call plus its failure and its SLA breach at their prices; null where the
        cost is unknown -#}
    {{ cost }}
    + if({{ failures }}, {{ knob('failure_event_cost_usd') }}, 0e0)
    + if({{ breaches }}, {{ knob('sla_breach_penalty_usd') }}, 0e0)
{%- endmacro %}
