{{ config(enabled=is_source_on(this)) }}

{%- set fields = otlp_context('trace') + otlp_context('ancestors') -%}

with recursive

spans as not materialized (

    select * from {{ ref('stg_otlp__spans') }}

),

traces as (

    select * from {{ ref('stg_otlp__traces') }}

),

-- where all of a trace agree, no ancestor has to be asked
asking as (

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

relatives as (

    select spans.*

    from spans

    where spans.trace_id in (select asking.trace_id from asking)

),

-- union, not union all: a span that is its own ancestor ends the walk
climbed as (

    select * from asking

    union

    select
        climbed.trace_id,
        climbed.span_id,
        relatives.parent_span_id,
        {% for field in fields -%}
        coalesce(climbed.{{ field }}, relatives.{{ field }}) as {{ field }}{{ ',' if not loop.last }}
        {% endfor %}
    from climbed

    inner join relatives
        on climbed.trace_id = relatives.trace_id
            and climbed.parent_span_id = relatives.span_id

),

contexts as (

    select
        trace_id,
        span_id,
        {% for field in fields -%}
        -- a later row has only filled what was empty
        max({{ field }}) as {{ field }}{{ ',' if not loop.last }}
        {% endfor %}
    from climbed

    group by all

)

select * from contexts
