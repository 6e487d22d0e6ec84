{{ config(materialized='table') }}
{%- set not_negative = [
    'latency_ms', 'cost_usd', 'prompt_tokens', 'completion_tokens', 'total_tokens'
] -%}

with

interactions as (

    select * from {{ ref('int_interactions_with_windows') }}

),

history as (

    select max(timestamp_utc) as ends_at

    from interactions

    where decision_window = 'history'

),

every_check as (

    select
        'interactions' as table_name,
        {% call rows_of_checks() -%}
            {{ check(
                'token_sum', 'total_tokens != prompt_tokens + completion_tokens',
                'interaction_id',
                'total_tokens + prompt_tokens + completion_tokens is not null'
                ~ " and source = 'telemetry_csv'",
                column='total_tokens'
            ) }},
            {{ check(
                'missing_latency', 'latency_ms is null', 'interaction_id',
                'cache_hit is not true', knob('max_latency_missing_rate'),
                column='latency_ms'
            ) }},
            {{ check(
                'sparse_latency', 'latency_ms is null', 'interaction_id',
                'cache_hit is not true',
                knob('missing_budget_share') ~ ' * ' ~ knob('sla_budget'),
                column='latency_ms'
            ) }},
            {{ check(
                'unknown_outcome', 'is_failure is null', 'interaction_id',
                tolerance=knob('missing_budget_share') ~ ' * ' ~ knob('fail_budget'),
                column='is_failure'
            ) }},
            {{ check(
                'unusable_timestamp', 'timestamp_utc is null', 'interaction_id',
                column='timestamp_utc'
            ) }},
            {{ check(
                'unknown_split', "split not in ('train', 'val', 'test')", 'interaction_id',
                'split is not null', column='split'
            ) }},
            {{ check(
                'window_overlap', 'timestamp_utc <= history.ends_at', 'interaction_id',
                "decision_window = 'evaluation'", knob('max_window_overlap_rate'),
                column='decision_window'
            ) }},
            {{ check(
                'not_a_probability', 'not (propensity > 0 and propensity <= 1)',
                'interaction_id', 'propensity is not null', column='propensity'
            ) }}
            {%- for column in ['model_provider', 'model_name'] %},
            {{ check(
                'missing_model', column ~ ' is null', 'interaction_id', column=column
            ) }}
            {%- endfor %}
            {%- for column in not_negative %},
            {{ check(
                'negative_value', column ~ ' < 0', 'interaction_id', column ~ ' is not null',
                column=column
            ) }}
            {%- endfor %}
        {%- endcall %}

    from interactions

    cross join history

)

select * from every_check
