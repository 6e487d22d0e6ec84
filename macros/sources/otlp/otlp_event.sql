{% macro otlp_event(events, names) -%}
    {#- the first event of some names; most spans have none -#}
    case when len({{ events }}) > 0 then [
        event for event in {{ events }} if event.name in ('{{ names | join("', '") }}')
    ][1] end
{%- endmacro %}

{% macro otlp_event_text(event, key) -%}
    case when {{ event }} is not null
        then {{ otlp_text(otlp_attribute(event ~ '.attributes', key)) }} end
{%- endmacro %}

{% macro otlp_first_token_events() -%}
    {#- of OpenInference, OpenLLMetry and the AI SDK: the first one is the first token -#}
    {{ return([
        'First Token Stream Event', 'gen_ai.content.completion.chunk',
        'llm.content.completion.chunk', 'ai.stream.firstChunk',
    ]) }}
{%- endmacro %}

{% macro otlp_kept_events(events) -%}
    {#- branch decisions and evaluations, with the attributes that are read later -#}
    {%- set aliases, keys = otlp_aliases(), [] -%}
    {%- for field in otlp_event_texts() -%}
        {%- do keys.extend(aliases.get(field, [])) -%}
    {%- endfor -%}
    case when len({{ events }}) > 0 then [
        {
            'name': event.name, 'happened_ns': try_cast(event.timeUnixNano as bigint),
            'attributes': [
                attribute for attribute in event.attributes
                if attribute.key in ('{{ keys | join("', '") }}')
            ]
        }
        for event in {{ events }}
        if event.name in ('app.branch.decision', 'gen_ai.evaluation.result')
    ] end
{%- endmacro %}

{% macro otlp_attribute(attributes, keys) -%}
    {#- the JSON of one attribute in a short list, of a name or the first of several -#}
    {%- set names = [keys] if keys is string else keys or [''] -%}
    [
        attribute.value for attribute in {{ attributes }}
        if attribute.key in ('{{ names | join("', '") }}')
    ][1]
{%- endmacro %}

{% macro otlp_log(log, log_record) -%}
    {#- a struct of a log record's fields as text -#}
    {%- set fields = otlp_log_texts() -%}
    case when {{ log_record }} is not null then {
        'happened_ns': coalesce(
            nullif(try_cast({{ log_record }}.timeUnixNano as bigint), 0),
            try_cast({{ log_record }}.observedTimeUnixNano as bigint)
        ),
        'trace_id': {{ otlp_id(log_record ~ '.traceId', 16) }},
        'span_id': {{ otlp_id(log_record ~ '.spanId', 8) }},
        'event_name': coalesce({{ log_record }}.eventName, {{ log }}.event_name)
        {%- for field in fields[1:] %},
        '{{ field }}': {{ log }}.{{ field }}
        {%- endfor %}
    } end
{%- endmacro %}
