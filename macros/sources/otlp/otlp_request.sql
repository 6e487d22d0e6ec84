{% macro otlp_request() -%}
    {#- spans and log records in one shape, so that a line is parsed once; of a value, its JSON -#}
    {%- set attributes = '[{"key":"VARCHAR","value":"VARCHAR"}]' -%}
    {%- set event = '{"name":"VARCHAR","timeUnixNano":"VARCHAR","attributes":' ~ attributes ~ '}' -%}
    {%- set record = '{' ~ '"traceId":"VARCHAR","spanId":"VARCHAR","parentSpanId":"VARCHAR",'
        ~ '"startTimeUnixNano":"VARCHAR","endTimeUnixNano":"VARCHAR",'
        ~ '"status":{"code":"VARCHAR","message":"VARCHAR"},"attributes":' ~ attributes
        ~ ',"events":[' ~ event ~ '],"timeUnixNano":"VARCHAR","observedTimeUnixNano":"VARCHAR",'
        ~ '"eventName":"VARCHAR"}' -%}
    {%- set scope = '{"spans":[' ~ record ~ '],"logRecords":[' ~ record ~ ']}' -%}
    {%- set resource = '{"resource":{"attributes":' ~ attributes ~ '},"scopeSpans":[' ~ scope
        ~ '],"scopeLogs":[' ~ scope ~ ']}' -%}
    '{"resourceSpans":[{{ resource }}],"resourceLogs":[{{ resource }}],"resourceMetrics":[{"schemaUrl":"VARCHAR"}]}'
{%- endmacro %}

{% macro otlp_is_read(request) -%}
    {#- whether a document gave spans, log records or metrics, or says that it has none -#}
    coalesce(
        len({{ request }}.resourceSpans) = 0 or len({{ request }}.resourceLogs) = 0 or len({{ request }}.resourceMetrics) >= 0
        or {{ otlp_has('spans', request ~ '.resourceSpans', 'scopeSpans') }}
        or {{ otlp_has('logRecords', request ~ '.resourceLogs', 'scopeLogs') }},
        false
    )
{%- endmacro %}

{% macro otlp_has(records, resources, scopes) -%}
    coalesce(list_sum(list_transform({{ resources }}, lambda found: list_sum(list_transform(
        found.{{ scopes }}, lambda scope: len(scope.{{ records }})
    )))) > 0, false)
{%- endmacro %}
