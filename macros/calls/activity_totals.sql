{% macro activity_totals() -%}
    {#- what one session or one user did -#}
    min(timestamp_utc) as starts_at,
    max(timestamp_utc) as ends_at,
    count(*) as interactions,
    count(*) filter (where is_final_attempt) as operations,
    count(is_operation_failure) as known_outcomes,
    count(*) filter (where is_operation_failure) as failures,
    count(*) filter (where is_operation_sla_breach) as sla_breaches,
    {{ exact_sum('cost_usd') }} as cost_usd,
    count(*) - count(cost_usd) as missing_costs,
    cast(sum(total_tokens) as bigint) as total_tokens
{%- endmacro %}
