{{ config(enabled=is_source_on(this), materialized='view') }}
{%- set told_above = [
    'response_id', 'request_model', 'service_tier', 'prompt_name', 'template_version',
    'finish_reason', 'cost_usd', 'temperature', 'top_p', 'max_tokens', 'is_streaming',
] -%}

with recursive

spans as (

    select * from {{ ref('stg_openinference__spans') }}

),

wrappers as materialized (

    {{ wrapping_calls('spans') }}

),

-- what stands below a wrapper, down to the tools and agents
spans_below as (

    select
        wrappers.span_key as wrapper_key,
        spans.span_key,
        1 as depth
    from wrappers
    inner join spans on wrappers.span_key = spans.parent_key

    union all

    select
        spans_below.wrapper_key,
        spans.span_key,
        spans_below.depth + 1 as depth
    from spans_below
    inner join spans as parents
        on spans_below.span_key = parents.span_key and not parents.is_boundary
    inner join spans on parents.span_key = spans.parent_key

),

-- a wrapper around several calls tells of none of them alone
sole_calls as (

    select spans_below.*

    from spans_below

    inner join spans on spans_below.span_key = spans.span_key and spans.is_call

    anti join wrappers on spans_below.span_key = wrappers.span_key

    qualify count(*) over (partition by spans_below.wrapper_key) = 1

),

told_by_wrappers as (

    select
        {%- for name in told_above + token_counts() %}
        arg_min(spans.{{ name }}, sole_calls.depth) as {{ name }},
        {%- endfor %}
        sole_calls.span_key

    from sole_calls

    inner join spans on sole_calls.wrapper_key = spans.span_key

    group by sole_calls.span_key

),

completed_spans as (

    select
        spans.* replace (
            {%- for name in token_counts() %}
            coalesce(
                spans.{{ name }},
                -- parts of another count of the same prompt would not fit
                if(
                    coalesce(spans.prompt_tokens, told.prompt_tokens)
                    = told.prompt_tokens,
                    told.{{ name }},
                    null
                )
            ) as {{ name }},
            {%- endfor %}
            {%- for name in told_above[1:] %}
            coalesce(spans.{{ name }}, told.{{ name }}) as {{ name }},
            {%- endfor %}
            coalesce(spans.response_id, told.response_id) as response_id
        )

    from spans

    left join told_by_wrappers as told on spans.span_key = told.span_key

),

calls as (

    {{ leaf_calls('completed_spans') }}

)

select * from calls
