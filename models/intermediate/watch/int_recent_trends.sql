{{ config(materialized='ephemeral') }}

with

interactions as {{ not_materialized() }}(

    select * from {{ ref('interactions') }}

),

data_ends as (

    select
        min(timestamp_utc) as first_at,
        max(timestamp_utc) as ends_at

    from interactions

),

windows as (

    select
        cast(lengths.minutes as bigint) as window_minutes,
        data_ends.ends_at,
        data_ends.ends_at - lengths.minutes * interval 1 minute as starts_at,
        data_ends.ends_at - 2 * lengths.minutes * interval 1 minute
            as previous_starts_at,
        -- what lies before the first call was not measured
        previous_starts_at >= data_ends.first_at as has_whole_previous

    from data_ends

    cross join (values (15), (60), (1440), (10080)) as lengths (minutes)

),

calls_in_windows as (

    select
        windows.window_minutes,
        interactions.timestamp_utc > windows.starts_at as is_current,
        interactions.session_id,
        interactions.is_failure,
        {{ model_latency_ms() }} as model_latency_ms,
        if(interactions.tokens_missing, null, interactions.total_tokens)
            as total_tokens,
        interactions.cost_usd,
        interactions.response_quality_score,
        coalesce(interactions.model_provider, 'unknown') as model_provider,
        coalesce(interactions.model_name, 'unknown') as model_name

    from interactions

    inner join windows on interactions.timestamp_utc > windows.previous_starts_at

    -- so that no other calls are read
    where
        interactions.timestamp_utc > (
            select min(all_windows.previous_starts_at) from windows as all_windows
        )

),

latency_quantiles as (

    select
        window_minutes,
        if(grouping(model_provider) = 0, model_provider, 'all') as model_provider,
        if(grouping(model_name) = 0, model_name, 'all') as model_name,
        percentile_cont({{ list_of('0.50, 0.95, 0.99') }})
        within group (order by model_latency_ms) as pooled_quantiles,
        percentile_cont({{ list_of('0.50, 0.95, 0.99') }})
        within group (order by model_latency_ms) filter (where is_current)
            as current_quantiles,
        percentile_cont({{ list_of('0.50, 0.95, 0.99') }})
        within group (order by model_latency_ms) filter (where not is_current)
            as previous_quantiles

    from calls_in_windows

    group by {{ grouping_sets(
        'window_minutes, model_provider, model_name; window_minutes'
    ) }}

),

-- a number for window and model: grouping by texts takes longer
groups as (

    select
        *,
        row_number() over (
            order by window_minutes, model_provider, model_name
        ) as group_id

    from latency_quantiles

),

-- each call twice: under its model, and under all
calls_in_groups as (

    select
        * {{ exclude_columns('model_provider, model_name') }},
        {{ row_for_each_struct(list_of(
            struct_of({'model_provider': 'model_provider', 'model_name': 'model_name'})
            ~ ', ' ~ struct_of({'model_provider': "'all'", 'model_name': "'all'"})
        )) }}

    from calls_in_windows

),

session_sums as (

    select
        groups.group_id,
        calls.is_current,
        calls.session_id,
        count(*) as calls,
        count(calls.is_failure) as known_outcomes,
        count(*) filter (where calls.is_failure) as failures,
        count(calls.model_latency_ms) as timed_calls,
        {% for name in ['p50', 'p95', 'p99'] -%}
        count(*) filter (
            where calls.model_latency_ms
            > {{ item_of('groups.pooled_quantiles', loop.index) }}
        ) as calls_above_{{ name }},
        {% endfor -%}
        count(calls.total_tokens) as tokened_calls,
        sum(calls.total_tokens) as total_tokens,
        count(calls.cost_usd) as costed_calls,
        {{ exact_sum('calls.cost_usd') }} as cost_usd,
        count(calls.response_quality_score) as judged_answers,
        {{ exact_sum('calls.response_quality_score') }} as quality_score

    from calls_in_groups as calls

    inner join groups
        on
            calls.window_minutes = groups.window_minutes
            and calls.model_provider = groups.model_provider
            and calls.model_name = groups.model_name

    group by all

),

period_sums as (

    select
        group_id,
        is_current,
        {{ row_for_each_struct(recent_sums()) }}

    from session_sums

    group by group_id, is_current

),

sums as (

    select
        group_id,
        metric,
        {{ sums_of_periods() }}
        metric like '%_latency_ms' or metric = 'failure_rate' as is_share,
        metric = 'interactions' as is_volume

    from period_sums

    group by all

),

-- if nothing changed, both periods have one mean, and sessions vary around it
differences as (

    select
        *,
        if(is_volume, 1, nullif(calls, 0)) as trials,
        if(is_volume, 1, nullif(previous_calls, 0)) as previous_trials,
        amount / trials as mean,
        previous_amount / previous_trials as previous_mean,
        (amount + previous_amount) / (trials + previous_trials) as pooled_mean,
        if(is_volume, 0, pooled_mean) as expected,
        sqrt(
            greatest(
                {{ recent_variance('') }} + {{ recent_variance('previous_') }},
                -- a share varies at least as a coin does
                if(is_share, pooled_mean * (1 - pooled_mean), 0e0)
                * (1 / trials + 1 / previous_trials)
            )
        ) as standard_error

    from sums

),

tests as (

    select
        *,
        case
            when is_volume then greatest(sessions, previous_sessions)
            else least(sessions, previous_sessions)
        end >= {{ knob('trend_min_sessions') }}
        and (
            not is_share
            or (trials + previous_trials) * least(pooled_mean, 1 - pooled_mean)
            >= {{ knob('trend_min_events') }}
        ) as is_measured,
        abs(mean - previous_mean) / nullif(standard_error, 0) as difference_z,
        {{ knob('trend_level_change') }} * pooled_mean / nullif(standard_error, 0)
        - difference_z as level_z,
        2 * {{ normal_tail_half('difference_z') }} as p_value,
        {{ normal_tail('level_z') }} as level_p_value

    from differences

),

-- statistically significant, or shown not to have changed by much; else neither
trends as (

    select
        windows.*,
        groups.model_provider,
        groups.model_name,
        tests.metric,
        {% for prefix in ['', 'previous_'] -%}
        case tests.metric
            {% for name in ['p50', 'p95', 'p99'] -%}
            when '{{ name }}_latency_ms' then {{ item_of(
                'groups.' ~ (prefix or 'current_') ~ 'quantiles', loop.index
            ) }}
            {% endfor -%}
            else tests.{{ prefix ~ 'mean' }}
        end as {{ prefix }}value,
        {% endfor -%}
        tests.p_value,
        case
            when
                not tests.is_measured
                or (tests.is_volume and not windows.has_whole_previous)
                then 'cannot_tell'
            when tests.p_value <= {{ knob('trend_max_p_value') }}
                then if(tests.mean > tests.previous_mean, 'rising', 'falling')
            when tests.level_p_value <= {{ knob('trend_max_p_value') }} then 'level'
            else 'cannot_tell'
        end as trend

    from tests

    inner join groups on tests.group_id = groups.group_id

    inner join windows on groups.window_minutes = windows.window_minutes

)

select * from trends
