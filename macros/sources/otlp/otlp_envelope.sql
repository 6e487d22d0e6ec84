{% macro otlp_as_request(json) -%}
    {#- what is no request: some in a list or an envelope, in protobuf's or earlier names; lone spans, or attributes alone -#}
    {%- set renamed = otlp_renamed(json) -%}
    case
        when regexp_matches({{ json }}, '(?i)"(resource_?(spans|logs|metrics)|batches)"\s*:') then {{ otlp_opened(renamed) }}
        when regexp_matches({{ json }}, '(?i)"(scope|instrumentation_?library)_?(spans|logs)"\s*:')
            then {{ otlp_opened("('{\"resourceSpans\":[' || " ~ renamed ~ " || ']}')") }}
        when regexp_matches({{ json }}, '(?i)"trace_?id"\s*:') then {{ otlp_span_as_request(renamed) }}
        when regexp_matches({{ json }}, '"(gen_ai|llm|openinference)[.]') then {{ otlp_span_as_request(otlp_attributes_as_span(json)) }}
    end
{%- endmacro %}

{% macro otlp_opened(json) -%}
    {#- the resources of all requests within, however deep -#}
    '{' || concat_ws(','
    {%- for name in ['resourceSpans', 'resourceLogs', 'resourceMetrics'] %},
        '"{{ name }}":' || nullif(cast(to_json(json_extract({{ json }}, '$..{{ name }}[*]')) as varchar), '[]')
    {%- endfor %}) || '}'
{%- endmacro %}

{% macro otlp_renamed(json) -%}
    {#- only a name of a field stands before a colon -#}
    {%- set ns, names = namespace(sql=json), {'batches': 'resourceSpans'} -%}
    {%- for name in [
        'resource_spans', 'resource_logs', 'resource_metrics', 'scope_spans', 'scope_logs', 'log_records', 'trace_id', 'span_id',
        'parent_span_id', 'start_time_unix_nano', 'end_time_unix_nano', 'time_unix_nano', 'observed_time_unix_nano', 'event_name',
        'string_value', 'int_value', 'double_value', 'bool_value', 'array_value',
    ] -%}{%- do names.update({name: camel_case(name)}) -%}{%- endfor -%}
    {%- do names.update({'instrumentation_?[lL]ibrary_?[sS]pans': 'scopeSpans', 'instrumentation_?[lL]ibrary_?[lL]ogs': 'scopeLogs'}) -%}
    {%- for name, now in names.items() -%}
        {%- set ns.sql = "regexp_replace(" ~ ns.sql ~ ", '\"" ~ name ~ "\"(\\s*:)', '\"" ~ now ~ "\"\\1', 'g')" -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}

{% macro otlp_span_as_request(json) -%}
    {#- one span or a list of them; of one, its resource too -#}
    '{"resourceSpans":[{"resource":' || coalesce(cast(json_extract({{ json }}, '$.resource') as varchar), 'null')
    || ',"scopeSpans":[{"spans":' || if(starts_with({{ json }}, '['), {{ json }}, '[' || {{ json }} || ']') || '}]}]}'
{%- endmacro %}

{% macro otlp_attributes_as_span(json) -%}
    {#- without ids of its own it is known by what it says -#}
    json_object('traceId', md5({{ json }}), 'spanId', left(sha256({{ json }}), 16), 'attributes', list_transform(
        json_keys({{ json }}),
        lambda name: json_object('key', name, 'value', json_object('stringValue', coalesce(
            {{ json }} ->> ('$."' || name || '"[0]'), {{ json }} ->> ('$."' || name || '"')
        )))
    ))
{%- endmacro %}
