{% macro otlp_request_type() -%}
    {#- only what is read, since each field takes memory; values stay JSON -#}
    {%- set attributes = '[{"key":"VARCHAR","value":"VARCHAR"}]' -%}
    {%- set event = '{"name":"VARCHAR","timeUnixNano":"VARCHAR",'
        ~ '"attributes":' ~ attributes ~ '}' -%}
    {%- set span = '{"traceId":"VARCHAR","spanId":"VARCHAR","parentSpanId":"VARCHAR",'
        ~ '"name":"VARCHAR","startTimeUnixNano":"VARCHAR","endTimeUnixNano":"VARCHAR",'
        ~ '"status":{"code":"VARCHAR","message":"VARCHAR"},"attributes":' ~ attributes
        ~ ',"events":[' ~ event ~ ']}' -%}
    {%- set log_record = '{"traceId":"VARCHAR","spanId":"VARCHAR","attributes":' ~ attributes
        ~ ',"timeUnixNano":"VARCHAR","observedTimeUnixNano":"VARCHAR","eventName":"VARCHAR"}' -%}
    {%- set start = '[{"resource":{"attributes":' ~ attributes ~ '},' -%}
    {%- set scope = ':[{"scope":{"name":"VARCHAR"},' -%}
    '{"resourceSpans":{{ start }}"scopeSpans"{{ scope }}"spans":[{{ span }}]}]}],
    "resourceLogs":{{ start }}"scopeLogs"{{ scope }}"logRecords":[{{ log_record }}]}]}],
    "resourceMetrics":[{"schemaUrl":"VARCHAR"}]}'
{%- endmacro %}

{% macro otlp_torn_request() %}{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}{% endmacro %}

{% macro otlp_has_records(request) -%}
    {#- true also for a request that says it is empty, and for metrics, which are not read -#}
    coalesce(
        len({{ request }}.resourceSpans) = 0
        or len({{ request }}.resourceLogs) = 0
        or len({{ request }}.resourceMetrics) >= 0
        or {{ otlp_any('spans', request ~ '.resourceSpans', 'scopeSpans') }}
        or {{ otlp_any('logRecords', request ~ '.resourceLogs', 'scopeLogs') }},
        false
    )
{%- endmacro %}

{% macro otlp_any(records, resources, scopes) -%}
    {#- whether any scope of any resource has a record -#}
    coalesce(
        list_sum(list_transform({{ resources }}, lambda found: list_sum(list_transform(
            found.{{ scopes }}, lambda scope: len(scope.{{ records }})
        )))) > 0,
        false
    )
{%- endmacro %}
