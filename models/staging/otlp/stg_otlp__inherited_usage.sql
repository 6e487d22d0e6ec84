{{ config(enabled=is_source_on(this)) }}

with recursive

nested_calls as (

    select * from {{ ref('stg_otlp__nested_calls') }}

    where is_told_again

),

wrapper_spans as (

    select spans.*

    from {{ ref('stg_otlp__spans') }} as spans

    semi join {{ ref('stg_otlp__wrapper_spans') }} as wrapper_spans using (trace_id, span_id)

),

-- the last inside that answered has what the wrapper alone counted
lines as (

    select
        trace_id,
        span_id,
        arg_max(inner_span_id, (inner_started_ns, inner_span_id))
            filter (where has_failed or not has_inner_failed) as heir_span_id,
        not bool_or(is_inner_counted) as inherits_tokens,
        count(inner_cost_usd) = 0
        and count(*) filter (where has_failed or not has_inner_failed) = 1 as inherits_cost

    from nested_calls

    group by all

),

bequests as (

    select
        wrapper_spans.trace_id,
        lines.heir_span_id as span_id,
        {% for field in token_counts() -%}
        if(lines.inherits_tokens, wrapper_spans.{{ field }}, null) as {{ field }},
        {% endfor -%}
        if(lines.inherits_cost, wrapper_spans.cost_usd, null) as cost_usd

    from wrapper_spans

    inner join lines using (trace_id, span_id)

    where lines.heir_span_id is not null

),

-- a wrapper hands on what it was left
left_to as (

    select * from bequests

    union

    select left_to.* replace (lines.heir_span_id as span_id)

    from left_to

    inner join lines using (trace_id, span_id)

    where lines.heir_span_id is not null

),

heirs as (

    select
        trace_id,
        span_id,
        {% for field in token_counts() + ['cost_usd'] -%}
        max({{ field }}) as {{ field }}{{ ',' if not loop.last }}
        {% endfor %}
    from left_to

    where coalesce({{ (token_counts() + ['cost_usd']) | join(', ') }}) is not null

    group by all

)

select * from heirs
