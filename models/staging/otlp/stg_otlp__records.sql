{{ config(materialized='ephemeral', enabled=is_source_on(this)) }}

{%- set aliases = otlp_aliases() -%}
{%- set of_spans = otlp_kinds() + otlp_context('trace') + otlp_context('ancestors')
    + ['gateway_user_id', 'tool_name', 'error_type'] -%}

with

documents as (
    {{ read_otlp(source('otlp', 'requests')) }}
),

requests as (

    select
        file_name,
        json,
        {{ otlp_has_dialect_keys('json', aliases) }} as has_dialect_keys,
        try(from_json(json, {{ otlp_request_type() }})) as request

    from documents

),

repaired_requests as (

    select
        file_name,
        has_dialect_keys,
        request,
        {{ otlp_has_records('request') }} as is_request,
        case when request is null then {{ repaired_json('json', otlp_torn_request()) }}
            else json end as document,
        -- once, though several expressions read it
        case when not is_request then {{ otlp_current_names('document') }} end
            as renamed_document

    from requests

),

-- most documents are requests already, and are parsed once
normalised_requests as (

    select
        file_name,
        has_dialect_keys,
        is_request,
        case
            when is_request then request
            else from_json(
                {{ otlp_normalised_request('document', 'renamed_document') }},
                {{ otlp_request_type() }}
            )
        end as request

    from repaired_requests

),

-- a document that gives nothing is torn: it becomes one span without ids
readable_requests as (

    select
        file_name,
        has_dialect_keys,
        case
            when is_request then request
            when {{ otlp_has_records('request') }} then request
            else from_json('{{ otlp_torn_request() }}', {{ otlp_request_type() }})
        end as request

    from normalised_requests

),

-- an expression on the document next to the unnest would parse it again for every row
resources as (

    select
        file_name,
        has_dialect_keys,
        unnest(request.resourceSpans) as spans_resource,
        unnest(request.resourceLogs) as logs_resource

    from readable_requests

),

scopes as (

    select
        file_name,
        has_dialect_keys,
        coalesce(spans_resource.resource.attributes, logs_resource.resource.attributes)
            as resource_attributes,
        unnest(spans_resource.scopeSpans) as spans_scope,
        unnest(logs_resource.scopeLogs) as logs_scope

    from resources

),

resource_lists as (

    select
        *,
        nullif(coalesce(spans_scope.scope.name, logs_scope.scope.name), '') as scope_name,
        {{ otlp_attributes('resource_attributes') }}

    from scopes

),

spans_and_logs as (

    select
        file_name,
        has_dialect_keys,
        scope_name,
        {% for field in ['service_name', 'environment'] -%}
        {{ otlp_value(aliases, field) }} as {{ field }},
        {% endfor -%}
        unnest(spans_scope.spans) as span,
        unnest(logs_scope.logRecords) as log_record

    from resource_lists

),

attribute_lists as (

    select
        *,
        {{ otlp_attributes('span.attributes') }},
        {{ otlp_attributes('log_record.attributes', 'log_') }}

    from spans_and_logs

),

field_values as (

    select
        *,
        {{ otlp_values(aliases, of_spans) }} as span_fields,
        case
            when has_dialect_keys then {{ otlp_attribute('span.attributes', aliases.get('tags')) }}
        end as tags,
        case when log_record is not null
            then {{ otlp_values(aliases, otlp_log_texts(), 'log_') }} end as log

    from attribute_lists

),

records as (

    select
        * exclude (span_fields),
        {{ otlp_columns('span_fields', of_spans) }}

    from field_values

)

select * from records
