{% macro otlp_stated_kind() -%}
    {#- by the attribute that states it; anyone may invent an operation: 'operation' where its name
        tells nothing, and null where no attribute states a kind -#}
    {%- set traceloop = 'coalesce(traceloop_kind, observation_type)' -%}
    {%- set of_dialect = otlp_kind_of_dialect("lower(trim(dialect_kind, '\"'))") -%}
    case
        when lower(observation_type) = 'generation' then 'call'
        when dialect_kind is not null and {{ of_dialect }} is not null then {{ of_dialect }}
        when operation is not null then {{ otlp_kind_of_operation('operation') }}
        when openinference_kind is not null
            then {{ otlp_kind_of_name('openinference_kind', 'llm', 'tool', 'agent') }}
        when request_type is not null then {{ otlp_kind_of_operation('request_type') }}
        when {{ traceloop }} is not null
            then {{ otlp_kind_of_name(traceloop, '', 'tool', 'agent') }}
    end
{%- endmacro %}

{% macro otlp_kind(stated_kind, aliases) -%}
    {#- before the conventions had a kind, a call named its model -#}
    case
        when coalesce({{ stated_kind }}, 'operation') != 'operation' then {{ stated_kind }}
        when {{ otlp_is_call(aliases) }} then 'call'
        when {{ stated_kind }} = 'operation' then 'step'
    end
{%- endmacro %}

{% macro otlp_is_call(aliases) -%}
    {#- the span names a model, and the outcome of a request to it: a response or an error -#}
    {%- set outcomes = [] -%}
    {%- for field in ['prompt_tokens', 'completion_tokens', 'finish_reason'] -%}
        {%- do outcomes.append(otlp_value(aliases, field)) -%}
    {%- endfor -%}
    (
        coalesce(
            {{ otlp_value(aliases, 'request_model') }},
            {{ otlp_value(aliases, 'response_model') }}
        ) is not null
        and (
            coalesce(error_type, {{ outcomes | join(', ') }}) is not null
            or {{ otlp_has_error('span') }}
        )
    )
{%- endmacro %}

{% macro otlp_kind_of_operation(word) -%}
    {%- set steps = '(?i)retriev|memory|agent|tool|chain|workflow|^(plan$|fetch)' -%}
    {%- set calls =
        '(?i)chat|completion|generate_content|^a?(responses|messages?|anthropic_messages)$' -%}
    case
        when lower({{ word }}) in ('chat', 'generate_content', 'text_completion', 'completion')
            then 'call'
        when lower({{ word }}) = 'execute_tool' then 'tool'
        when lower({{ word }}) in ('invoke_agent', 'create_agent') then 'agent'
        when {{ is_other_call(word) }} or regexp_matches({{ word }}, '{{ steps }}') then 'step'
        when regexp_matches({{ word }}, '{{ calls }}') then 'call'
        else 'operation'
    end
{%- endmacro %}

{% macro otlp_kind_of_name(name, calls, tools, agents) -%}
    case
        {%- for kind, names in {'call': calls, 'tool': tools, 'agent': agents}.items() if names %}
        when lower({{ name }}) in ('{{ names | replace(', ', "', '") }}') then '{{ kind }}'
        {%- endfor %}
        else 'step'
    end
{%- endmacro %}

{% macro otlp_is_other_request(name, model) -%}
    {#- calls to a model that answers in no words, which some instrumentations call chat -#}
    (
        coalesce(regexp_matches({{ model }}, '(?i)embed|rerank|moderation'), false)
        or coalesce(regexp_matches(
            concat_ws(' ', {{ name }}, route), '(?i)count_?tokens'
        ), false)
        or (
            observation_type is not null
            and coalesce(regexp_matches({{ name }}, '(?i)embedding'), false)
        )
    )
{%- endmacro %}

{% macro otlp_tool_name(span_name) -%}
    {#- many name the span of a tool after it alone, or execute_tool and its name -#}
    regexp_replace({{ span_name }}, '^execute_tool ', '')
{%- endmacro %}
