{{ config(materialized='ephemeral', enabled=is_source_on(this)) }}

{%- set aliases = otlp_aliases() -%}

with

documents as (
    {{ read_otlp(source('otlp', 'requests')) }}
),

requests as (

    select
        file_name,
        json,
        from_json(json, {{ otlp_request() }}) as request

    from documents

),

-- most are read by now, and parsed once
opened as (

    select
        file_name,
        case
            when {{ otlp_is_read('request') }} then request
            else from_json({{ otlp_as_request('json') }}, {{ otlp_request() }})
        end as request

    from requests

),

-- what gives nothing is torn: a span without ids
counted as (

    select
        file_name,
        case
            when {{ otlp_is_read('request') }} then request
            else from_json('{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}', {{ otlp_request() }})
        end as request

    from opened

),

-- an expression over the whole document beside an unnest would parse it once a row
resources as (

    select
        file_name,
        unnest(request.resourceSpans) as spans_resource,
        unnest(request.resourceLogs) as logs_resource

    from counted

),

scopes as (

    select
        file_name,
        coalesce(spans_resource.resource.attributes, logs_resource.resource.attributes)
            as resource_attributes,
        unnest(spans_resource.scopeSpans) as spans_scope,
        unnest(logs_resource.scopeLogs) as logs_scope

    from resources

),

listed as (

    select
        *,
        {{ otlp_attributes('resource_attributes') }}

    from scopes

),

records as (

    select
        file_name,
        {% for field in ['service_name', 'environment'] -%}
        {{ otlp_text(otlp_value(aliases, field)) }} as {{ field }},
        {% endfor -%}
        unnest(spans_scope.spans) as span,
        unnest(logs_scope.logRecords) as log_record

    from listed

)

select * from records
