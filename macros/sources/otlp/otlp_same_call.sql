{% macro otlp_clock_slack() -%}
    {#- in nanoseconds: JavaScript starts spans on whole milliseconds, and ends them on others -#}
    5000000
{%- endmacro %}

{% macro otlp_contains(outer, inner) -%}
    (
        {{ outer }}.started_ns - {{ otlp_clock_slack() }} <= {{ inner }}.started_ns
        and {{ outer }}.ended_ns + {{ otlp_clock_slack() }} >= {{ inner }}.ended_ns
    )
{%- endmacro %}

{% macro otlp_model_family(model) -%}
    {#- without the host that serves it, the date and the version: gpt-4o-2024-08-06 is gpt-4o -#}
    regexp_replace(
        regexp_extract(lower({{ model }}), '[^/]*$'),
        '^([a-z]+[.])?(anthropic|amazon|meta|mistral|cohere|deepseek|ai21|openai|writer)[.]'
        || '|([-@:](latest|20[0-9]{2}-?[0-9]{2}(-?[0-9]{2})?|v[0-9]+(:[0-9]+)?|[0-9]{4}))+$',
        '', 'g'
    )
{%- endmacro %}

{% macro otlp_are_same_model(one, other) -%}
    {#- a gateway answers under another name than it was asked for: either may agree -#}
    coalesce(len(list_intersect({{ one }}.families, {{ other }}.families)) > 0
        or len({{ one }}.families) = 0 or len({{ other }}.families) = 0, true)
{%- endmacro %}

{% macro otlp_are_same_counts(one, other) -%}
    {#- some leave out of the prompt what was read from a cache; null where one has no counts -#}
    {%- set cached = 'greatest(' ~ one ~ '.cached_tokens, ' ~ other ~ '.cached_tokens)' -%}
    (
        {{ one }}.completion_tokens = {{ other }}.completion_tokens
        and abs({{ one }}.prompt_tokens - {{ other }}.prompt_tokens) in (0, {{ cached }})
    )
{%- endmacro %}

{% macro otlp_tells_answer(call) -%}
    {#- a status says less: some write OK on whatever raised no error in their own code -#}
    coalesce(not contains(lower({{ call }}.finish_reason), 'error'), false)
{%- endmacro %}

{% macro otlp_could_be_same_outcome(one, other) -%}
    {#- a span that tells neither an answer nor an error agrees with both -#}
    not (
        ({{ one }}.has_failed and not {{ one }}.has_answered
            and {{ other }}.has_answered and not {{ other }}.has_failed)
        or ({{ other }}.has_failed and not {{ other }}.has_answered
            and {{ one }}.has_answered and not {{ one }}.has_failed)
    )
{%- endmacro %}

{% macro otlp_inherited_facts() -%}
    {#- what a call takes from the spans around it where its own does not say; counts and cost
        have rules of their own -#}
    {%- set counted = token_counts() + ['cost_usd'] -%}
    {{ return(
        otlp_context('trace') + otlp_context('ancestors') + otlp_call_texts()
        + otlp_call_numbers() | reject('in', counted) | list + ['first_token_ns', 'error_words']
    ) }}
{%- endmacro %}

{% macro otlp_is_partial(call) -%}
    {#- more was read from a cache, or reasoned, than there is: the counts leave something out -#}
    coalesce(
        coalesce({{ call }}.cache_read_tokens, 0) + coalesce({{ call }}.cache_write_tokens, 0)
        > {{ call }}.prompt_tokens
        or {{ call }}.reasoning_tokens > {{ call }}.completion_tokens,
        false
    )
{%- endmacro %}

{% macro otlp_inherited_count(field) -%}
    {#- all counts of the outer span, or what the call's own counts lack and have room for -#}
    {%- set own, outer = 'spans', 'outer_calls.usage' -%}
    {%- set cached = 'coalesce(' ~ outer ~ '.cache_read_tokens, 0) + coalesce('
        ~ outer ~ '.cache_write_tokens, 0)' -%}
    case
        when {{ outer }} is null then {{ own }}.{{ field }}
        when
            coalesce({{ own }}.prompt_tokens, {{ own }}.completion_tokens) is null
            or ({{ otlp_is_partial(own) }} and not {{ otlp_is_partial(outer) }})
            or (
                {{ own }}.cache_read_tokens is null
                and {{ cached }} > 0
                and {{ own }}.prompt_tokens + {{ cached }} = {{ outer }}.prompt_tokens
            )
            then {{ outer }}.{{ field }}
        {%- if field in ['cache_read_tokens', 'cache_write_tokens'] %}
        when {{ cached }} <= {{ own }}.prompt_tokens
        {%- elif field == 'reasoning_tokens' %}
        when {{ outer }}.{{ field }} <= {{ own }}.completion_tokens
        {%- else %}
        when {{ own }}.prompt_tokens is null or {{ own }}.completion_tokens is null
        {%- endif %}
            then coalesce({{ own }}.{{ field }}, {{ outer }}.{{ field }})
        else {{ own }}.{{ field }}
    end
{%- endmacro %}

{% macro otlp_has_failed() -%}
    {#- anyone who stops reading a stream may leave an error on its span -#}
    ((has_error_status or error_type is not null) and is_abandoned_stream is not true)
{%- endmacro %}

{% macro otlp_tells_output(aliases) -%}
    {#- looked up only where no usage says that a model answered -#}
    case
        when
            kind = 'call'
            and coalesce(call_fields.prompt_tokens, call_fields.completion_tokens) is null
            then {{ otlp_value(aliases, 'output') }} is not null
    end
{%- endmacro %}

{% macro otlp_has_message() -%}
    {#- looked up only where no usage says that a model answered; whether the answer's message is
        there, not what it says -#}
    {%- set keys = [
        'llm.output_messages.0.message.role', 'gen_ai.completion.0.role', 'gen_ai.output.messages',
    ] -%}
    case
        when
            kind = 'call'
            and coalesce(call_fields.prompt_tokens, call_fields.completion_tokens) is null
            then {{ otlp_value({'message': keys}, 'message') }} is not null
    end
{%- endmacro %}

{% macro otlp_logged_duration(aliases) -%}
    {#- of a log that is written as a span without length -#}
    case
        when kind = 'call' and span.startTimeUnixNano = span.endTimeUnixNano
            then {{ safe_double(otlp_value(aliases, 'logged_duration_s')) }}
    end
{%- endmacro %}
