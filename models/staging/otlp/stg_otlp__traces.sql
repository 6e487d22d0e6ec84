{{ config(enabled=is_source_on(this)) }}

{%- set of_trace, of_ancestors = otlp_context('trace'), otlp_context('ancestors') -%}

with

spans as (

    select * from {{ ref('stg_otlp__spans') }}

    where coalesce({{ (of_trace + of_ancestors) | join(', ') }}) is not null

),

traces as (

    select
        trace_id,
        {% for field in of_trace -%}
        -- the first value of the trace, for spans without an ancestor that has one
        arg_min({{ field }}, (started_ns, span_id)) as {{ field }},
        {% endfor -%}
        {% for field in of_trace -%}
        min({{ field }}) != max({{ field }}) as {{ field }}_varies,
        {% endfor -%}
        {% for field in of_ancestors -%}
        count({{ field }}) > 0 as {{ field }}_varies{{ ',' if not loop.last }}
        {% endfor %}
    from spans

    group by trace_id

)

select * from traces
