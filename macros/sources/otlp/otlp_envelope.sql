{% macro otlp_normalised_request(json, renamed) -%}
    {#- reads requests in a list or an envelope, names of protobuf and of earlier versions,
        spans without a request, and attributes without a span -#}
    {%- set wrapped = "('{\"resourceSpans\":[' || " ~ renamed ~ " || ']}')" -%}
    case
        when regexp_matches({{ json }}, '(?i)"(resource_?(spans|logs|metrics)|batches)"\s*:')
            then {{ otlp_merged_requests(renamed) }}
        when regexp_matches(
            {{ json }}, '(?i)"(scope|instrumentation_?library)_?(spans|logs)"\s*:'
        )
            then {{ otlp_merged_requests(wrapped) }}
        when regexp_matches({{ json }}, '(?i)"trace_?id"\s*:')
            then {{ otlp_request_of_spans(renamed) }}
        when regexp_matches({{ json }}, '"(gen_ai|llm|openinference)[.]')
            then {{ otlp_request_of_spans(otlp_span_of_attributes(json)) }}
    end
{%- endmacro %}

{% macro otlp_merged_requests(json) -%}
    {#- one request with the resources of all requests in the document, at any depth -#}
    '{' || concat_ws(','
    {%- for name in ['resourceSpans', 'resourceLogs', 'resourceMetrics'] %},
        '"{{ name }}":' || nullif(
            cast(to_json(json_extract({{ json }}, '$..{{ name }}[*]')) as varchar), '[]'
        )
    {%- endfor %}) || '}'
{%- endmacro %}

{% macro otlp_current_names(json) -%}
    {#- a field's name is the only text that a colon follows -#}
    {%- set ns = namespace(sql=json) -%}
    {%- for name, current_name in otlp_renamed_fields().items() -%}
        {%- set ns.sql = "regexp_replace(" ~ ns.sql ~ ", '\"" ~ name ~ "\"(\\s*:)', '\""
            ~ current_name ~ "\"\\1', 'g')" -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}

{% macro otlp_renamed_fields() -%}
    {#- names in protobuf and in earlier versions of OTLP, with today's name of each -#}
    {%- set names = {'batches': 'resourceSpans'} -%}
    {%- for name in [
        'resource_spans', 'resource_logs', 'resource_metrics', 'scope_spans', 'scope_logs',
        'log_records', 'trace_id', 'span_id', 'parent_span_id', 'start_time_unix_nano',
        'end_time_unix_nano', 'time_unix_nano', 'observed_time_unix_nano', 'event_name',
        'string_value', 'int_value', 'double_value', 'bool_value', 'array_value',
    ] -%}
        {%- do names.update({name: camel_case(name)}) -%}
    {%- endfor -%}
    {%- do names.update({
        'instrumentation_?[lL]ibrary_?[sS]pans': 'scopeSpans',
        'instrumentation_?[lL]ibrary_?[lL]ogs': 'scopeLogs',
        'instrumentation_?(?:[lL]ibrary|[sS]cope)': 'scope',
    }) -%}
    {{ return(names) }}
{%- endmacro %}

{% macro otlp_request_of_spans(json) -%}
    {#- from one span, with its resource and scope, or from a list of spans -#}
    '{"resourceSpans":[{"resource":'
    || coalesce(cast(json_extract({{ json }}, '$.resource') as varchar), 'null')
    || ',"scopeSpans":[{"scope":'
    || coalesce(cast(json_extract({{ json }}, '$.scope') as varchar), 'null')
    || ',"spans":'
    || if(starts_with({{ json }}, '['), {{ json }}, '[' || {{ json }} || ']')
    || '}]}]}'
{%- endmacro %}

{% macro otlp_span_of_attributes(json) -%}
    {#- attributes carry no ids: digests of the document stand for them -#}
    json_object(
        'traceId', md5({{ json }}),
        'spanId', left(sha256({{ json }}), 16),
        'attributes', list_transform(
            json_keys({{ json }}),
            lambda name: json_object(
                'key', name,
                'value', json_object('stringValue', coalesce(
                    {{ json }} ->> ('$."' || name || '"[0]'), {{ json }} ->> ('$."' || name || '"')
                ))
            )
        )
    )
{%- endmacro %}
