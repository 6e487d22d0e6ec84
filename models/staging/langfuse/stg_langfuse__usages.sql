{{ config(enabled=is_source_on(this), materialized='view') }}
{%- set answered = 'output|completion|candidates|reasoning|thinking|thought' -%}
{%- set counted = '(_?token(s|_?count)?)?$' -%}

with

calls as (

    select * from {{ ref('stg_langfuse__calls') }}

),

mapped as (

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

summed as (

    select
        *,
        {{ usage_sum('usage', 'input|prompt|cache', but='cost|' ~ answered) }}
            as inputs,
        {{ usage_sum('usage', answered) }} as outputs,
        {{ usage_sum('usage', '^(input|prompt)' ~ counted) }} as plain_input,
        {{ usage_sum('usage', '^(output|completion|candidates)' ~ counted) }}
            as plain_output,
        {{ usage_sum('usage', '^total' ~ counted) }} as total,
        {{ usage_sum('usage', 'cache.?(read|hit)|cached') }} as cache_read,
        {{ usage_sum('usage', 'cache.?(creation|write)') }} as cache_write,
        {{ usage_sum('usage', 'reasoning|thinking|thought') }} as reasoning,
        coalesce(
            {{ usage_sum('costs', '^total$') }},
            {{ usage_sum('costs', '.', but='^total') }}
        ) as cost

    from mapped

),

-- buckets are disjoint, but for those who hand over a provider's counts as they are:
-- their total says which of the plain buckets hold the others
compared as (

    select
        *,
        inputs + coalesce(outputs, 0) > total
        and inputs <= 2 * plain_input
        and total - plain_input in (coalesce(outputs, 0), coalesce(plain_output, 0))
            as is_input_whole,
        coalesce(inputs, 0) + outputs > total
        and outputs <= 2 * plain_output
        and total - plain_output in (coalesce(inputs, 0), coalesce(plain_input, 0))
            as is_output_whole,
        coalesce(inputs, 0) + coalesce(outputs, 0) > 0 as is_counted

    from summed

),

usages as (

    select
        span_id,
        cast(coalesce(
            if(is_counted, if(is_input_whole, plain_input, inputs), null),
            input_usage
        ) as bigint) as prompt_tokens,
        cast(coalesce(
            if(is_counted, if(is_output_whole, plain_output, outputs), null),
            output_usage
        ) as bigint) as completion_tokens,
        cast(coalesce(nullif(total, 0), total_usage) as bigint) as total_tokens,
        cast(case when is_counted then cache_read end as bigint) as cache_read_tokens,
        cast(case when is_counted then cache_write end as bigint) as cache_write_tokens,
        cast(case when is_counted then reasoning end as bigint) as reasoning_tokens,
        -- without a price the costs are empty, and the total beside them is 0
        if(
            cost != 0 or (cost is not null and model_id is not null),
            cost,
            nullif(total_cost, 0)
        ) as cost_usd

    from compared

)

select * from usages
