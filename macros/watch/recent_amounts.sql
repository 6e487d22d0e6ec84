{#- a struct for each metric of recent_windows, with sums over sessions: of an amount, and of the
    calls that it is an amount of; of a latency, the calls slower than the quantile of both
    periods. Whole numbers have exact sums of doubles -#}
{% macro recent_sums() -%}
    {%- set structs = [] -%}
    {%- for metric, (amount, calls, is_whole) in {
        'interactions': ('calls', '1', true),
        'failure_rate': ('failures', 'known_outcomes', true),
        'p50_latency_ms': ('calls_above_p50', 'timed_calls', true),
        'p95_latency_ms': ('calls_above_p95', 'timed_calls', true),
        'p99_latency_ms': ('calls_above_p99', 'timed_calls', true),
        'tokens_per_call': ('total_tokens', 'tokened_calls', false),
        'cost_usd_per_call': ('cost_usd', 'costed_calls', false),
        'quality_score': ('quality_score', 'judged_answers', false),
    }.items() -%}
    {%- set fields = {
        'metric': "'" ~ metric ~ "'",
        'sessions': 'cast(count(*) filter (where ' ~ calls ~ ' > 0) as double)',
    } -%}
    {%- for name, (factor, other) in {
        'amount': (amount, '1'), 'calls': (calls, '1'), 'amount_squares': (amount, amount),
        'products': (amount, calls), 'call_squares': (calls, calls),
    }.items() -%}
    {%- set product = 'cast(' ~ factor ~ ' as double) * ' ~ other -%}
    {%- set is_exact = is_whole or factor == calls -%}
    {%- set sum = 'sum(' ~ product ~ ')' if is_exact else exact_sum(product) -%}
    {%- do fields.update({name: 'coalesce(' ~ sum ~ ', 0e0)'}) -%}
    {%- endfor -%}
    {%- do structs.append(struct_of(fields)) -%}
    {%- endfor -%}
    {{ list_of(structs | join(', ')) }}
{%- endmacro %}

{#- the sums of both periods side by side, 0 where one has no calls -#}
{% macro sums_of_periods() -%}
    {%- for name in [
        'sessions', 'amount', 'calls', 'amount_squares', 'products', 'call_squares'
    ] -%}
    {%- for prefix, condition in {'': 'is_current', 'previous_': 'not is_current'}.items() %}
    coalesce(max({{ name }}) filter (where {{ condition }}), 0) as {{ prefix }}{{ name }},
    {%- endfor -%}
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
