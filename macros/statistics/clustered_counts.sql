{% macro clustered_counts(events, trials) -%}
    {#- what the variance of events over trials between session groups is made of -#}
    {{ struct_of({
        'trials': 'cast(sum(' ~ trials ~ ') as bigint)',
        'events': 'cast(sum(' ~ events ~ ') as bigint)',
        'session_groups': 'count(*) filter (where ' ~ trials ~ ' > 0)',
        'squared_trials': 'cast(sum(' ~ trials ~ ' * ' ~ trials ~ ') as double)',
        'squared_events': 'cast(sum(' ~ events ~ ' * ' ~ events ~ ') as double)',
        'trials_times_events': 'cast(sum(' ~ trials ~ ' * ' ~ events ~ ') as double)',
    }) }} as {{ events }}
{%- endmacro %}

{% macro clustered_amounts(amount, trials) -%}
    {#- the same of an amount, such as dollars, in the place of events -#}
    {{ struct_of({
        'trials': 'cast(sum(' ~ trials ~ ') as bigint)',
        'events': exact_sum(amount),
        'session_groups': 'count(*) filter (where ' ~ trials ~ ' > 0)',
        'squared_trials': 'cast(sum(' ~ trials ~ ' * ' ~ trials ~ ') as double)',
        'squared_events': exact_sum(amount ~ ' * ' ~ amount),
        'trials_times_events': exact_sum(trials ~ ' * ' ~ amount),
    }) }} as {{ amount }}
{%- endmacro %}
