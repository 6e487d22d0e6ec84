{#- what is watched of a member's day: events, of how many trials; a trial of a volume is a day.
    A failure type is watched by its failures only; the calls of a version or a pair follow the
    releases -#}
{% macro watched_metrics() -%}
    {%- set metrics = {
        'failure_rate': ['failures', 'known_outcomes'],
        'sla_breach_rate': ['sla_breaches', 'measured_latencies'],
        'retry_rate': ['retries', 'interactions'],
        'cost_per_call': ['cost_usd', 'costed_interactions'],
        'tokens_per_call': ['total_tokens', 'tokened_interactions'],
        'output_tokens_per_call': ['completion_tokens', 'completed_interactions'],
        'quality_score': ['quality_score_sum', 'judged_answers'],
        'interactions': ['interactions', '1'],
        'cost_usd': ['cost_usd', '1'],
    } -%}
    {%- set structs = [] -%}
    {%- for metric, columns in metrics.items() -%}
    {%- set excluded = [] if metric == 'failure_rate' else ['failure_type'] -%}
    {%- if columns[1] == '1' -%}
    {%- do excluded.extend(['prompt_version', 'use_case_and_prompt_version']) -%}
    {%- endif -%}
    {%- set is_excluded = "dimension in ('" ~ excluded | join("', '") ~ "')" -%}
    {%- do structs.append(struct_of({
        'metric': "'" ~ metric ~ "'",
        'events': 'cast(' ~ columns[0] ~ ' as double)',
        'trials': 'cast(if(' ~ is_excluded ~ ', 0, ' ~ columns[1] ~ ') as double)',
    })) -%}
    {%- endfor -%}
    {{ list_of(structs | join(', ')) }}
{%- endmacro %}
