{% macro otlp_kind(aliases) -%}
    {#- what a span is, in the words of whoever says it; before there were any, a call named its model -#}
    {%- set told = otlp_tells_call(aliases) -%}
    case
        when observation_type = 'generation' then 'call'
        when operation is not null then {{ otlp_kind_of_word('operation', told) }}
        when openinference_kind is not null then {{ otlp_named_kind('openinference_kind', 'llm', 'tool', 'agent') }}
        when request_type is not null then {{ otlp_kind_of_word('request_type', told) }}
        when coalesce(traceloop_kind, observation_type) is not null
            then {{ otlp_named_kind('coalesce(traceloop_kind, observation_type)', '', 'tool', 'agent') }}
        when {{ told }} then 'call'
    end
{%- endmacro %}

{% macro otlp_tells_call(aliases) -%}
    {#- a model, and what came of asking it: an answer or an error -#}
    {%- set places = [] -%}
    {%- for field in ['prompt_tokens', 'completion_tokens', 'finish_reason'] -%}{%- do places.append(otlp_value(aliases, field)) -%}{%- endfor -%}
    (
        coalesce({{ otlp_value(aliases, 'request_model') }}, {{ otlp_value(aliases, 'response_model') }}) is not null
        and (coalesce(error_type, {{ places | join(', ') }}) is not null or {{ otlp_has_error('span') }})
    )
{%- endmacro %}

{% macro otlp_kind_of_word(word, told) -%}
    {#- anybody may make up words: one that is none of another step is known by what else the span tells -#}
    case
        when lower({{ word }}) in ('chat', 'generate_content', 'text_completion', 'completion') then 'call'
        when lower({{ word }}) = 'execute_tool' then 'tool'
        when lower({{ word }}) in ('invoke_agent', 'create_agent') then 'agent'
        when {{ is_other_call(word) }} or regexp_matches({{ word }}, '(?i)retriev|memory|agent|tool|chain|workflow|^(plan$|fetch)') then 'step'
        when regexp_matches({{ word }}, '(?i)chat|completion|generate_content|^a?(responses|messages?|anthropic_messages)$') or {{ told }}
            then 'call'
        else 'step'
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

{% macro otlp_has_error(span) -%}
    coalesce({{ span }}.status.code in ('2', 'STATUS_CODE_ERROR'), false)
{%- endmacro %}

{% macro otlp_has_answer(span) -%}
    {#- an exception on the way there is no failure -#}
    (
        not {{ otlp_has_error(span) }} and (
            coalesce({{ span }}.status.code in ('1', 'STATUS_CODE_OK'), false) or completion_tokens is not null
            or coalesce({{ finish_word('finish_reason') }} != 'error', false)
        )
    )
{%- endmacro %}
