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
