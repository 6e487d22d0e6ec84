{{ config(materialized='view', enabled=is_source_on(this)) }}

{%- set of_trace, of_ancestors = otlp_context('trace'), otlp_context('ancestors') -%}

with

calls as (

    select * from {{ ref('stg_otlp__calls') }}

),

traces as (

    select * from {{ ref('stg_otlp__traces') }}

),

ancestor_context as (

    select * from {{ ref('stg_otlp__ancestor_context') }}

),

placed as (

    select
        calls.* replace (
            {% for field in of_trace -%}
            coalesce(calls.{{ field }}, ancestor_context.{{ field }}, traces.{{ field }}) as {{ field }},
            {% endfor -%}
            {% for field in of_ancestors -%}
            coalesce(calls.{{ field }}, ancestor_context.{{ field }}) as {{ field }},
            {% endfor -%}
            {{ finish_word('calls.finish_reason') }} as finish_reason
        ),
        calls.trace_id || '-' || calls.span_id as interaction_id,
        -- nobody read a stream to its end: one library calls that an error, others nothing
        coalesce(
            calls.is_abandoned_stream
            or (
                calls.is_streaming
                and not calls.has_error_status
                and calls.error_type is null
                and coalesce(
                    calls.finish_reason, cast(calls.completion_tokens as varchar)
                ) is null
            ),
            false
        ) as is_abandoned

    from calls

    left join traces on calls.trace_id = traces.trace_id

    left join ancestor_context
        on calls.trace_id = ancestor_context.trace_id and calls.span_id = ancestor_context.span_id

),

attempts as (

    select
        * replace (
            if(is_abandoned, null, finish_reason) as finish_reason,
            -- a class is known by its last name: openai.RateLimitError
            case
                when is_abandoned then null
                when error_type is not null then regexp_extract(error_type, '[^.]+$')
                when has_error_status then '_OTHER'
            end as error_type
        )

    from placed

)

select * from attempts
