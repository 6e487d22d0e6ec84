{% macro otlp_inherited_facts() -%}
    {#- what a call takes from the spans around it where its own does not say; counts and cost
        have rules of their own -#}
    {%- set counted = token_counts() + ['total_tokens', 'cost_usd'] -%}
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
