{{ config(enabled=is_source_on(this)) }}

{%- set fields = otlp_context('trace') + otlp_context('ancestors') -%}

with recursive

spans as not materialized (

    select * from {{ ref('stg_otlp__spans') }}

),

traces as (

    select * from {{ ref('stg_otlp__traces') }}

),

-- where all spans of a trace agree, the ancestors are not needed
open_spans as (

    select
        spans.trace_id,
        spans.span_id,
        spans.parent_span_id,
        {% for field in fields -%}
        spans.{{ field }}{{ ',' if not loop.last }}
        {% endfor %}
    from spans

    inner join traces on spans.trace_id = traces.trace_id

    where
        spans.kind in ('call', 'tool')
        and spans.parent_span_id is not null
        and (
            {% for field in fields -%}
            (spans.{{ field }} is null and traces.{{ field }}_varies)
            {{ 'or ' if not loop.last }}
            {%- endfor %}
        )

),

spans_of_traces as (

    select spans.*

    from spans

    where spans.trace_id in (select open_spans.trace_id from open_spans)

),

-- union, not union all, so that a cycle of parents ends
walk as (

    select * from open_spans

    union

    select
        walk.trace_id,
        walk.span_id,
        spans_of_traces.parent_span_id,
        {% for field in fields -%}
        coalesce(walk.{{ field }}, spans_of_traces.{{ field }})
            as {{ field }}{{ ',' if not loop.last }}
        {% endfor %}
    from walk

    inner join spans_of_traces
        on walk.trace_id = spans_of_traces.trace_id
            and walk.parent_span_id = spans_of_traces.span_id

),

contexts as (

    select
        trace_id,
        span_id,
        {% for field in fields -%}
        -- the walk fills gaps and changes nothing else: each field has one value
        max({{ field }}) as {{ field }}{{ ',' if not loop.last }}
        {% endfor %}
    from walk

    group by all

)

select * from contexts
