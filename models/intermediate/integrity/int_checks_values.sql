{{ config(materialized='table') }}
{%- set not_negative = [
    'latency_ms', 'cost_usd', 'prompt_tokens', 'completion_tokens', 'total_tokens'
] -%}
{#- who can do without any cost can do without these -#}
{%- set unpriced_rate = 'if(' ~ knob('max_cost_missing_rate') ~ ' >= 1, 1e0, '
    ~ knob('max_unpriced_rate') ~ ')' -%}
{#- a call that failed before it used a token has no cost that could be missing -#}
{%- set has_cost = 'coalesce(cost_usd, prompt_tokens) is not null'
    ~ ' or is_failure is not true' -%}
{%- set of_contract = " filter (where source = 'telemetry_csv')" -%}
{%- set parts = ['cache_read_tokens', 'cache_write_tokens', 'reasoning_tokens'] -%}
{%- set cached = 'coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)' -%}

with

interactions as {{ not_materialized() }}(

    select * from {{ ref('int_interactions_with_windows') }}

),

history as (

    select max(timestamp_utc) as ends_at

    from interactions

    where decision_window = 'history'

),

call_checks as (

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
            ) }}
            {%- for column in ['timestamp_utc', 'is_failure'] %},
            {{ struct_of({
                'check_name': "'no_usable_value'",
                'column_name': "'" ~ column ~ "'",
                'checked_rows': 'count(*)' ~ of_contract,
                'failed_rows': 'if(count(' ~ column ~ ')' ~ of_contract ~ ' = 0, count(*)'
                    ~ of_contract ~ ', 0)',
                'tolerance': '0e0',
                'example_key': 'cast(if(count(' ~ column ~ ')' ~ of_contract
                    ~ ' = 0, min(interaction_id)' ~ of_contract ~ ', null) as string)',
            }) }}
            {%- endfor %},
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
            {%- endfor %},
            {{ check(
                'missing_cost', 'cost_usd is null and not is_unpriced', 'interaction_id',
                has_cost, knob('max_cost_missing_rate'), 'cost_usd'
            ) }},
            {{ check(
                'unpriced_call', 'is_unpriced',
                "concat_ws(' ', model_provider, coalesce(model_name, '(no model)'))",
                tolerance=unpriced_rate, column='cost_usd'
            ) }},
            {{ check(
                'part_beyond_whole', cached ~ ' > prompt_tokens', 'interaction_id',
                'coalesce(cache_read_tokens, cache_write_tokens) is not null',
                column='prompt_tokens'
            ) }},
            {{ check(
                'part_beyond_whole', 'reasoning_tokens > completion_tokens', 'interaction_id',
                'reasoning_tokens is not null', column='completion_tokens'
            ) }}
            {%- for column in parts %},
            {{ check(
                'negative_value', column ~ ' < 0', 'interaction_id', column ~ ' is not null',
                column=column
            ) }}
            {%- endfor %}
        {%- endcall %}

    from interactions

    cross join history

),

total_checks as (

    select
        source as table_name,
        'total_tokens' as column_name,
        {% call rows_of_checks() -%}
            {{ check(
                'stated_total', 'stated_total_tokens != prompt_tokens + completion_tokens',
                'interaction_id',
                'stated_total_tokens + prompt_tokens + completion_tokens is not null'
            ) }}
        {%- endcall %}

    from interactions

    where source != 'telemetry_csv'

    group by source

),

checks as (
    {% for part in ['call_checks', 'total_checks'] %}
    select
        check_name,
        table_name,
        column_name,
        checked_rows,
        failed_rows,
        tolerance,
        example_key

    from {{ part }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from checks
