{{ config(enabled=is_source_on(this), materialized='view') }}

with

observations as (

    select * from {{ ref('stg_langfuse__observations') }}

),

usage_maps as (

    select
        *,
        -- calls have their usage added up elsewhere
        if(is_call, null, {{ usage_map('usage_details') }}) as usage,
        if(is_call, null, {{ usage_map('cost_details') }}) as costs

    from observations

),

spans as (

    select
        span_key,
        parent_key,
        is_call,
        coalesce(
            {{ usage_sum('costs', '^total$') }},
            {{ usage_sum('costs', '.', except='^total') }},
            total_cost
        ) as cost_usd,
        coalesce(
            cast({{ usage_sum('usage', '^total') }} as bigint),
            cast({{ usage_sum('usage', '.', except='cost|^total') }} as bigint),
            total_usage,
            input_usage + output_usage
        ) as total_tokens

    from usage_maps

),

excluded_rows as (

    {{ excluded_spans('spans') }}

)

select * from excluded_rows
