{% macro priced_usd(cost, failures, breaches) -%}
    {#- what a call costs with its failure and its breach of the SLA priced in; null where its cost
        is unknown -#}
    {{ cost }}
    + if({{ failures }}, {{ knob('failure_event_cost_usd') }}, 0e0)
    + if({{ breaches }}, {{ knob('sla_breach_penalty_usd') }}, 0e0)
{%- endmacro %}
