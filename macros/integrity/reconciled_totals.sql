{% macro reconciled_totals() -%}
    {#- null where any interaction lacks the number -#}
    count(*) as interactions,
    if(count(is_failure) = count(*), count(*) filter (where is_failure), null) as failures,
    if(count(cost_usd) = count(*), {{ exact_sum('cost_usd') }}, null) as cost_usd,
    if(count(total_tokens) = count(*), cast(sum(total_tokens) as double), null) as tokens
{%- endmacro %}
