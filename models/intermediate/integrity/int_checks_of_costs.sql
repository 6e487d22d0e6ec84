{{ config(materialized='table') }}
{#- who can do without any cost can do without these -#}
{%- set unpriced_rate = 'if(' ~ knob('max_cost_missing_rate') ~ ' >= 1, 1e0, '
    ~ knob('max_unpriced_rate') ~ ')' -%}
{#- a call that failed before it used a token has no cost that could be missing -#}
{%- set has_cost = 'coalesce(cost_usd, prompt_tokens) is not null'
    ~ ' or is_failure is not true' -%}
{%- set parts = ['cache_read_tokens', 'cache_write_tokens', 'reasoning_tokens'] -%}
{%- set cached = 'coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)' -%}

with

interactions as (

    select * from {{ ref('int_interactions_classified') }}

),

every_check as (

    select
        'interactions' as table_name,
        {% call rows_of_checks() -%}
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

)

select * from every_check
