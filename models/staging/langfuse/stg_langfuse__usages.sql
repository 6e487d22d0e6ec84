{{ config(enabled=is_source_on(this), materialized='view') }}
{%- set output_words = 'output|completion|candidates|reasoning|thinking|thought' -%}
{%- set token_suffix = '(_?token(s|_?count)?)?$' -%}

with

calls as (

    select * from {{ ref('stg_langfuse__calls') }}

),

usage_maps as (

    select
        span_id,
        model_id,
        nullif(input_usage, 0) as input_usage,
        nullif(output_usage, 0) as output_usage,
        nullif(total_usage, 0) as total_usage,
        total_cost,
        {{ usage_map('usage_details') }} as usage,
        {{ usage_map('cost_details') }} as costs

    from calls

),

bucket_sums as (

    select
        *,
        {{ usage_sum('usage', 'input|prompt|cache', except='cost|' ~ output_words) }}
            as inputs,
        {{ usage_sum('usage', output_words) }} as outputs,
        {{ usage_sum('usage', '^(input|prompt)' ~ token_suffix) }} as plain_input,
        {{ usage_sum('usage', '^(output|completion|candidates)' ~ token_suffix) }}
            as plain_output,
        {{ usage_sum('usage', '^total' ~ token_suffix) }} as total,
        {{ usage_sum('usage', 'cache.?(read|hit)|cached') }} as cache_read,
        {{ usage_sum('usage', 'cache.?(creation|write)') }} as cache_write,
        {{ usage_sum('usage', 'reasoning|thinking|thought') }} as reasoning,
        coalesce(
            {{ usage_sum('costs', '^total$') }},
            {{ usage_sum('costs', '.', except='^total') }}
        ) as cost

    from usage_maps

),

-- buckets are disjoint unless the client passes on the provider's own counts: then the
-- total shows that the plain input or output bucket includes the others
compared_totals as (

    select
        *,
        inputs + coalesce(outputs, 0) > total
        and inputs <= 2 * plain_input
        and total - plain_input in (coalesce(outputs, 0), coalesce(plain_output, 0))
            as is_input_inclusive,
        coalesce(inputs, 0) + outputs > total
        and outputs <= 2 * plain_output
        and total - plain_output in (coalesce(inputs, 0), coalesce(plain_input, 0))
            as is_output_inclusive,
        -- buckets that are all zero count nothing
        coalesce(inputs, 0) + coalesce(outputs, 0) > 0
            as has_tokens

    from bucket_sums

),

usages as (

    select
        span_id,
        cast(coalesce(
            if(has_tokens, if(is_input_inclusive, plain_input, inputs), null),
            input_usage
        ) as bigint) as prompt_tokens,
        cast(coalesce(
            if(has_tokens, if(is_output_inclusive, plain_output, outputs), null),
            output_usage
        ) as bigint) as completion_tokens,
        cast(coalesce(nullif(total, 0), total_usage) as bigint) as total_tokens,
        cast(case when has_tokens then cache_read end as bigint) as cache_read_tokens,
        cast(case when has_tokens then cache_write end as bigint) as cache_write_tokens,
        cast(case when has_tokens then reasoning end as bigint) as reasoning_tokens,
        -- without a price there are no costs, and a total of 0 means nothing
        if(
            cost != 0 or (cost is not null and model_id is not null),
            cost,
            nullif(total_cost, 0)
        ) as cost_usd

    from compared_totals

)

select * from usages
