{% macro recent_amounts() -%}
    {#- a struct for each metric of recent_windows: its amount, and the calls that it is an amount
        of; of a latency, the calls slower than the quantile of both periods -#}
    {%- set structs = [] -%}
    {%- for metric, (amount, calls) in {
        'interactions': ('calls', '1'),
        'failure_rate': ('failures', 'known_outcomes'),
        'p50_latency_ms': ('calls_above_p50', 'timed_calls'),
        'p95_latency_ms': ('calls_above_p95', 'timed_calls'),
        'p99_latency_ms': ('calls_above_p99', 'timed_calls'),
        'tokens_per_call': ('total_tokens', 'tokened_calls'),
        'cost_usd_per_call': ('cost_usd', 'costed_calls'),
        'quality_score': ('quality_score', 'judged_answers'),
    }.items() -%}
    {%- do structs.append(struct_of({
        'metric': "'" ~ metric ~ "'",
        'amount': 'cast(' ~ amount ~ ' as double)',
        'calls': 'cast(' ~ calls ~ ' as double)',
    })) -%}
    {%- endfor -%}
    {{ structs | join(', ') }}
{%- endmacro %}

{% macro recent_sums(prefix, condition) -%}
    {#- of the amounts of one period, by session -#}
    count(*) filter (where {{ condition }} and calls > 0) as {{ prefix }}sessions
    {%- for name, expression in {
        'amount': 'amount', 'calls': 'calls', 'amount_squares': 'amount * amount',
        'products': 'amount * calls', 'call_squares': 'calls * calls',
    }.items() -%},
    coalesce({{ exact_sum('if(' ~ condition ~ ', ' ~ expression ~ ', 0e0)') }}, 0e0)
        as {{ prefix }}{{ name }}
    {%- endfor -%}
{%- endmacro %}

{% macro recent_variance(prefix) -%}
    {#- of the mean of one period, were its sessions resampled around the mean of both -#}
    (
        {{ prefix }}amount_squares
        - 2 * expected * {{ prefix }}products
        + expected * expected * {{ prefix }}call_squares
    ) / power({{ prefix }}trials, 2)
{%- endmacro %}
