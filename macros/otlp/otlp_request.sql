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
    '{"resourceSpans":[{{ resource }}],"resourceLogs":[{{ resource }}]}'
{%- endmacro %}
