{{ config(materialized='ephemeral', enabled=is_source_on(this)) }}

{%- set aliases = otlp_aliases() -%}
{%- set told = otlp_kinds() + otlp_context('trace') + otlp_context('ancestors') + ['tool_name', 'error_type'] -%}
{%- set of_logs = ['event_name', 'response_id', 'evaluation_name', 'score', 'label', 'evaluator', 'error_type'] -%}
{%- set of_calls = otlp_call_texts() + otlp_call_numbers() | list + ['invocation_parameters'] -%}

with

records as (

    select * from {{ ref('stg_otlp__records') }}

),

listed as (

    select
        file_name,
        span,
        log_record,
        resource_attributes,
        [hash(attribute.key) for attribute in log_record.attributes] as log_names,
        [attribute.value for attribute in log_record.attributes] as log_said,
        {{ otlp_attributes('span.attributes') }},
        [hash(attribute.key) for attribute in resource_attributes] as resource_names,
        [attribute.value for attribute in resource_attributes] as resource_said

    from records

),

found as (

    select
        *,
        {% for field in told -%}
        {{ otlp_value(aliases, field) }} as {{ field }}_said,
        {% endfor -%}
        {{ otlp_value(aliases, 'service_name', 'resource_') }} as service_name_said,
        {{ otlp_value(aliases, 'environment', 'resource_') }} as environment_said

    from listed

),

told as (

    select
        file_name,
        span,
        log_record,
        names,
        said,
        log_names,
        log_said,
        {% for field in told + ['service_name', 'environment'] -%}
        {{ otlp_text(field ~ '_said') }} as {{ field }}{{ ',' if not loop.last }}
        {% endfor %}
    from found

),

kinds as (

    select
        *,
        {{ otlp_kind(aliases) }} as kind

    from told

),

-- most spans are no calls, and are not asked what only a call says
asked as (

    select
        * exclude (names, said, log_names, log_said),
        case when kind = 'call' then {
            {%- for field in of_calls %}
            '{{ field }}': {{ otlp_value(aliases, field) }}{{ ',' if not loop.last }}
            {%- endfor %}
        } end as call,
        case when log_record is not null then {
            {%- for field in of_logs %}
            '{{ field }}': {{ otlp_value(aliases, field, 'log_') }}{{ ',' if not loop.last }}
            {%- endfor %}
        } end as log

    from kinds

)

select * from asked
