{#- what a step of routing_ladder allows an arm -#}
{% macro max_p95_latency_ms() -%}
    {#- 2200 * 1.15 is a little less than 2530 -#}
    round(sla_factor * {{ knob('sla_ms') }}, 6)
{%- endmacro %}

{% macro max_failure_rate() -%}
    {#- 0.12 + 0.05 is a little less than 0.17 -#}
    round(
        least(
            {{ knob('routing_fail_rate_cap') }},
            {{ knob('fail_budget') }} * {{ knob('routing_fail_budget_mult') }}
        ) + failure_rate_allowance,
        9
    )
{%- endmacro %}
