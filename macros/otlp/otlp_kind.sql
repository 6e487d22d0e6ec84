{% macro otlp_kind(aliases) -%}
    {#- what a span is, in the words of whoever says it; before there were any, a call named a model and tokens -#}
    case
        when observation_type = 'generation' then 'call'
        when operation is not null then {{ otlp_named_kind('operation', 'chat, generate_content, text_completion, completion', 'execute_tool', 'invoke_agent, create_agent') }}
        when openinference_kind is not null then {{ otlp_named_kind('openinference_kind', 'llm', 'tool', 'agent') }}
        when request_type is not null then {{ otlp_named_kind('request_type', 'chat, completion', '', '') }}
        when coalesce(traceloop_kind, observation_type) is not null
            then {{ otlp_named_kind('coalesce(traceloop_kind, observation_type)', '', 'tool', 'agent') }}
        when {{ otlp_value(aliases, 'request_model') }} is not null
            and {{ otlp_value(aliases, 'prompt_tokens') }} is not null then 'call'
    end
{%- endmacro %}

{% macro otlp_named_kind(name, calls, tools, agents) -%}
    case
        {%- for kind, names in {'call': calls, 'tool': tools, 'agent': agents}.items() if names %}
        when lower({{ name }}) in ('{{ names | replace(', ', "', '") }}') then '{{ kind }}'
        {%- endfor %}
        else 'step'
    end
{%- endmacro %}
