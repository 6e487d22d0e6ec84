{{ config(materialized='ephemeral', enabled=is_source_on(this)) }}

with

documents as (
    {{ read_otlp(source('otlp', 'requests')) }}
),

requests as (

    select
        file_name,
        from_json({{ otlp_as_request('json') }}, {{ otlp_request() }}) as request

    from documents

),

-- an expression over the whole document beside an unnest would parse it once a row
resources as (

    select
        file_name,
        unnest(request.resourceSpans) as spans_resource,
        unnest(request.resourceLogs) as logs_resource

    from requests

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

records as (

    select
        file_name,
        resource_attributes,
        unnest(spans_scope.spans) as span,
        unnest(logs_scope.logRecords) as log_record

    from scopes

)

select * from records
