{%- set metrics = [
    'failure_rate', 'p50_latency_ms', 'p95_latency_ms', 'p99_latency_ms',
    'tokens_per_call', 'cost_usd_per_call', 'quality_score',
] -%}
with

trends as (

    select * from {{ ref('int_recent_trends') }}

),

windows as (

    select
        window_minutes,
        starts_at,
        ends_at,
        has_whole_previous

    from trends

    group by all

),

models as (

    select
        model_provider,
        model_name

    from trends

    group by all

),

-- a model without calls in a window has a row too, so that one that fell silent is seen
metrics as (

    select
        windows.window_minutes,
        models.model_provider,
        models.model_name,
        windows.starts_at,
        windows.ends_at,
        {% for metric in ['interactions'] + metrics -%}
        max(trends.value) filter (where trends.metric = '{{ metric }}')
            as {{ metric }}_value,
        max(trends.previous_value) filter (where trends.metric = '{{ metric }}')
            as {{ metric }}_previous_value,
        max(trends.trend) filter (where trends.metric = '{{ metric }}')
            as {{ metric }}_trend,
        {% endfor -%}
        windows.has_whole_previous

    from windows

    cross join models

    left join trends
        on
            windows.window_minutes = trends.window_minutes
            and models.model_provider = trends.model_provider
            and models.model_name = trends.model_name

    group by all

),

shown as (

    select
        window_minutes,
        model_provider,
        model_name,
        coalesce(cast(interactions_value as bigint), 0) as interactions,
        if(
            has_whole_previous,
            coalesce(cast(interactions_previous_value as bigint), 0),
            null
        ) as previous_interactions,
        coalesce(interactions_trend, 'cannot_tell') as interactions_trend,
        1 - failure_rate_value as success_rate,
        1 - failure_rate_previous_value as previous_success_rate,
        case failure_rate_trend
            when 'rising' then 'falling'
            when 'falling' then 'rising'
            else coalesce(failure_rate_trend, 'cannot_tell')
        end as success_rate_trend,
        {% for metric in metrics -%}
        {{ metric }}_value as {{ metric }},
        {{ metric }}_previous_value as previous_{{ metric }},
        coalesce({{ metric }}_trend, 'cannot_tell')
            as {{ metric }}_trend,
        {% endfor -%}
        starts_at,
        ends_at

    from metrics

)

select * from shown
