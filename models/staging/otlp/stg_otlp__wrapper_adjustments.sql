{{ config(enabled=is_source_on(this)) }}

{%- set usage = token_counts() + ['cost_usd'] -%}

with recursive

nested_calls as (

    select * from {{ ref('stg_otlp__nested_calls') }}

),

spans as not materialized (

    select * from {{ ref('stg_otlp__spans') }}

),

-- a wrapper's tokens may also be the sum of several attempts inside it
wrapper_spans as materialized (

    select
        trace_id,
        span_id

    from nested_calls

    group by trace_id, span_id, prompt_tokens, completion_tokens, has_tokens, has_failed

    having
        (
            bool_or(is_duplicate_of_inner)
            or (
                prompt_tokens
                = sum(inner_prompt_tokens) filter (where not is_called_by_tool)
                and completion_tokens
                = sum(inner_completion_tokens) filter (where not is_called_by_tool)
            )
        )
        -- an answer that came after all inner calls had failed is recorded nowhere else
        and not (
            has_tokens
            and not has_failed
            and coalesce(
                bool_and(inner_has_failed and not inner_has_tokens)
                    filter (where is_duplicate_of_inner),
                false
            )
        )

),

-- usage that only the wrapper recorded belongs to the last inner call that answered
usage_targets as (

    select
        trace_id,
        span_id,
        arg_max(inner_span_id, (inner_started_ns, inner_span_id))
            filter (where has_failed or not inner_has_failed) as target_span_id,
        not bool_or(inner_has_tokens) as inherits_tokens,
        count(inner_cost_usd) = 0
        and count(*) filter (where has_failed or not inner_has_failed) = 1
            as inherits_cost

    from nested_calls

    where is_duplicate_of_inner

    group by all

),

wrapper_usage as (

    select
        spans.trace_id,
        usage_targets.target_span_id as span_id,
        {% for field in token_counts() -%}
        if(usage_targets.inherits_tokens, spans.{{ field }}, null) as {{ field }},
        {% endfor -%}
        if(usage_targets.inherits_cost, spans.cost_usd, null) as cost_usd

    from spans

    semi join wrapper_spans using (trace_id, span_id)

    inner join usage_targets using (trace_id, span_id)

    where usage_targets.target_span_id is not null

),

-- the target may be a wrapper itself, which passes the usage on
passed_usage as (

    select * from wrapper_usage

    union

    select passed_usage.* replace (usage_targets.target_span_id as span_id)

    from passed_usage

    inner join usage_targets using (trace_id, span_id)

    where usage_targets.target_span_id is not null

),

inherited_usage as (

    select
        trace_id,
        span_id,
        {% for field in usage -%}
        max({{ field }}) as {{ field }}{{ ',' if not loop.last }}
        {% endfor %}
    from passed_usage

    where coalesce({{ usage | join(', ') }}) is not null

    group by all

),

adjustments as (

    select
        trace_id,
        span_id,
        wrapper_spans.span_id is not null as is_wrapper,
        {% for field in usage -%}
        inherited_usage.{{ field }}{{ ',' if not loop.last }}
        {% endfor %}
    from wrapper_spans

    full join inherited_usage using (trace_id, span_id)

)

select * from adjustments
