{{ config(materialized='ephemeral', enabled=is_source_on(this)) }}

{%- set aliases = otlp_aliases() -%}
{%- set of_spans = otlp_kinds() + otlp_context('trace') + otlp_context('ancestors') + ['tool_name', 'error_type'] -%}
{%- set of_calls = otlp_call_texts() + otlp_call_numbers() | list + ['invocation_parameters'] -%}

with

records as (

    select * from {{ ref('stg_otlp__records') }}

),

listed as (

    select
        *,
        {{ otlp_attributes('span.attributes') }},
        [hash(attribute.key) for attribute in log_record.attributes] as log_names,
        [attribute.value for attribute in log_record.attributes] as log_said

    from records

),

found as (

    select
        *,
        {{ otlp_values(aliases, of_spans) }} as told,
        case when log_record is not null
            then {{ otlp_values(aliases, otlp_log_texts(), 'log_') }} end as log

    from listed

),

told as (

    select
        *,
        {{ otlp_texts('told', of_spans) }}

    from found

),

kinds as (

    select
        * replace ({{ hashed_user('user_id') }} as user_id),
        {{ otlp_kind(aliases) }} as kind

    from told

),

-- most spans are no calls, and are not asked what only a call says
asked as (

    select
        *,
        case when kind = 'call' then {{ otlp_values(aliases, of_calls) }} end as call

    from kinds

),

attributes as (

    select
        * exclude (names, said, log_names, log_said, told, call),
        {{ otlp_texts('call', of_calls) }}

    from asked

)

select * from attributes
