{% macro arm_rates() -%}
    failures / cast(nullif(interactions - missing_outcomes, 0) as double)
        as failure_rate,
    sla_breaches / cast(nullif(interactions - missing_latencies, 0) as double)
        as sla_breach_rate,
    cost_usd / nullif(interactions - missing_costs, 0) as avg_cost_usd,
    avg_cost_usd
    + {{ knob('failure_event_cost_usd') }} * failure_rate
    + {{ knob('sla_breach_penalty_usd') }} * sla_breach_rate
        as expected_unit_cost_usd
{%- endmacro %}
