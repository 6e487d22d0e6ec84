{#- what a step of routing_ladder allows an arm -#}
{% macro max_p95_latency_ms() -%}
    {#- 2200 * 1.15 is a little less than 2530 -#}
    round(sla_factor * {{ knob('sla_ms') }}, 6)
{%- endmacro %}

{% macro relaxed_latency_limits() -%}
    {#- the two relaxed limits side by side, of the rows of routing_ladder -#}
    {%- for step in ['relax_1', 'relax_2'] %}
    max({{ max_p95_latency_ms() }}) filter (
        where policy_mode = '{{ step }}'
    ) as {{ step }}_ms{{ ',' if not loop.last }}
    {%- endfor %}
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
