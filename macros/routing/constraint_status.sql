{% macro constraint_status() -%}
    {#- whether an arm satisfies the limits of a step by the bounds of its rates, or by the rates
        alone -#}
    case
        when failure_rate_bound <= max_failure_rate and slow_rate_bound <= max_slow_rate
            then 'certified'
        when failure_rate <= max_failure_rate and slow_rate <= max_slow_rate
            then 'plausible'
        when failure_rate > max_failure_rate or slow_rate > max_slow_rate
            then 'violated'
        else 'unmeasured'
    end
{%- endmacro %}

{% macro constraint_rates() -%}
    {#- of the failures and slow calls of an arm; p95 within a limit is the same as at most 5 %
        beyond it -#}
    failures / cast(nullif(known_outcomes, 0) as double) as failure_rate,
    {{ wilson_bound('failures', 'known_outcomes') }} as failure_rate_bound,
    slow / cast(nullif(known_latencies, 0) as double) as slow_rate,
    {{ wilson_bound('slow', 'known_latencies') }} as slow_rate_bound
{%- endmacro %}
