{{ config(enabled=is_source_on(this), materialized='view') }}

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
        coalesce(
            {{ usage_sum('usage', 'input') }},
            {{ usage_sum('usage', '^prompt(_?tokens)?$') }}
        ) as inputs,
        coalesce(
            {{ usage_sum('usage', 'output') }},
            {{ usage_sum('usage', '^completion(_?tokens)?$') }}
        ) as outputs,
        {{ usage_sum('usage', '^(input|prompt)(_?tokens)?$') }} as plain_input,
        {{ usage_sum('usage', '^(output|completion)(_?tokens)?$') }} as plain_output,
        {{ usage_sum('usage', '^total(_?tokens)?$') }} as total,
        {{ usage_sum('usage', 'cache.?(read|hit)|cached') }} as cache_read,
        {{ usage_sum('usage', 'cache.?(creation|write)') }} as cache_write,
        {{ usage_sum('usage', 'reasoning|thinking|thought') }} as reasoning,
        coalesce({{ usage_sum('costs', '^total$') }}, {{ usage_sum('costs', '.') }})
            as cost

    from mapped

),

-- buckets are disjoint, but for those who hand over a provider's counts as they are:
-- their total is that of the plain buckets
settled as (

    select
        *,
        coalesce(
            total = plain_input + plain_output
            and inputs + outputs > total
            and inputs <= 2 * plain_input
            and outputs <= 2 * plain_output,
            false
        ) as is_overlapping,
        inputs + outputs > 0 or coalesce(inputs, outputs) > 0 as is_counted

    from summed

),

usages as (

    select
        span_id,
        cast(coalesce(
            if(is_counted, if(is_overlapping, plain_input, inputs), null),
            input_usage
        ) as bigint) as prompt_tokens,
        cast(coalesce(
            if(is_counted, if(is_overlapping, plain_output, outputs), null),
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

    from settled

)

select * from usages
