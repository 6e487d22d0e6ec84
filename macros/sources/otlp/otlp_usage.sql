{% macro otlp_usage_paths() -%}
    {#- in JSON texts of usage: OpenAI's own, Anthropic's, LangChain's, MLflow's, LangWatch's and
        Genkit's -#}
    {{ return({
        'prompt_tokens': [
            'prompt_tokens', 'input_tokens', 'promptTokens', 'inputTokens', 'value.promptTokens',
            'usage.inputTokens',
        ],
        'completion_tokens': [
            'completion_tokens', 'output_tokens', 'completionTokens', 'outputTokens',
            'value.completionTokens', 'usage.outputTokens',
        ],
        'cache_read_tokens': [
            'prompt_tokens_details.cached_tokens', 'input_tokens_details.cached_tokens',
            'input_token_details.cache_read', 'cache_read_input_tokens', 'cachedInputTokens',
            'usage.cachedContentTokens', 'value.cacheReadInputTokens',
            'custom.usage.prompt_tokens_details.cached_tokens',
            'raw.usage.prompt_tokens_details.cached_tokens', 'cache_read',
        ],
        'cache_write_tokens': [
            'prompt_tokens_details.cache_write_tokens', 'input_token_details.cache_creation',
            'cache_creation_input_tokens', 'value.cacheCreationInputTokens', 'cache_creation',
        ],
        'reasoning_tokens': [
            'completion_tokens_details.reasoning_tokens',
            'output_tokens_details.reasoning_tokens', 'output_token_details.reasoning',
            'reasoningTokens', 'usage.thoughtsTokens', 'value.reasoningTokens', 'reasoning',
        ],
        'cost_usd': ['value.cost'],
        'finish_reason': ['finishReason'],
    }) }}
{%- endmacro %}

{% macro otlp_usage(text, fields) -%}
    {#- the texts at the paths of the fields, for otlp_usage_field -#}
    {%- set paths = [] -%}
    {%- for field in fields -%}
        {%- for path in otlp_usage_paths()[field] -%}
            {%- do paths.append('$.' ~ path) -%}
        {%- endfor -%}
    {%- endfor -%}
    case when {{ text }} is not null then json_extract_string(
        {{ json_text(text) }}, ['{{ paths | join("', '") }}']
    ) end
{%- endmacro %}

{% macro otlp_usage_field(found, fields, field) -%}
    {#- a list compares nothing: the first text that is there counts -#}
    {%- set ns, places = namespace(last=0), [] -%}
    {%- for name in fields -%}
        {%- for path in otlp_usage_paths()[name] -%}
            {%- set ns.last = ns.last + 1 -%}
            {%- if name == field -%}
                {%- do places.append(found ~ '[' ~ ns.last ~ ']') -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ places | join(', ') }}
{%- endmacro %}

{% macro otlp_told_usage(field, usage_fields, detail_fields) -%}
    {#- what an attribute tells, else a JSON text or an event -#}
    case
        when {{ field }} is not null or not has_usage_text then {{ field }}
        else coalesce(
            {{ otlp_usage_field('usage', usage_fields, field) }}
            {%- if field == 'finish_reason' %},
            {{ otlp_event_text('choice', 'finish_reason') }}
            {%- endif %}
            {%- if field in detail_fields %},
            {{ otlp_usage_field('input_parts', detail_fields, field) }},
            {{ otlp_usage_field('output_parts', detail_fields, field) }}
            {%- endif %}
        )
    end
{%- endmacro %}

{% macro otlp_buckets(text, usage_fields) -%}
    {#- Langfuse's, read only where nothing else tells how many tokens there were -#}
    case
        when {{ text }} is not null and coalesce(
            prompt_tokens, completion_tokens,
            {{ otlp_usage_field('usage', usage_fields, 'prompt_tokens') }},
            {{ otlp_usage_field('usage', usage_fields, 'completion_tokens') }}
        ) is null
            then {{ usage_map(text) }}
    end
{%- endmacro %}

{% macro otlp_bucket_sums(buckets) -%}
    {#- a struct of the sums of Langfuse's buckets, which are disjoint -#}
    {%- set outputs = 'output|completion|candidates|reasoning|thinking|thought' -%}
    {%- set suffix = '(_?token(s|_?count)?)?$' -%}
    case when {{ buckets }} is not null then {
        'prompt_tokens': {{ usage_sum(buckets, 'input|prompt|cache', 'cost|' ~ outputs) }},
        'completion_tokens': {{ usage_sum(buckets, outputs) }},
        'plain_prompt_tokens': {{ usage_sum(buckets, '^(input|prompt)' ~ suffix) }},
        'plain_completion_tokens': {{
            usage_sum(buckets, '^(output|completion|candidates)' ~ suffix)
        }},
        'total_tokens': {{ usage_sum(buckets, '^total' ~ suffix) }},
        'cache_read_tokens': {{ usage_sum(buckets, 'cache.?(read|hit)|cached') }},
        'cache_write_tokens': {{ usage_sum(buckets, 'cache.?(creation|write)') }},
        'reasoning_tokens': {{ usage_sum(buckets, 'reasoning|thinking|thought') }}
    } end
{%- endmacro %}

{% macro otlp_bucket_tokens(sums, field) -%}
    {#- a plain bucket has the others in it where the total shows so: the client passed the
        provider's own counts on -#}
    {%- set other = {
        'prompt_tokens': 'completion_tokens', 'completion_tokens': 'prompt_tokens',
    }.get(field) -%}
    cast(cast(
    {%- if other %}
        if(
            coalesce({{ sums }}.prompt_tokens, 0) + coalesce({{ sums }}.completion_tokens, 0)
            > {{ sums }}.total_tokens
            and {{ sums }}.{{ field }} <= 2 * {{ sums }}.plain_{{ field }}
            and {{ sums }}.total_tokens - {{ sums }}.plain_{{ field }} in (
                coalesce({{ sums }}.{{ other }}, 0), coalesce({{ sums }}.plain_{{ other }}, 0)
            ),
            {{ sums }}.plain_{{ field }},
            {{ sums }}.{{ field }}
        )
    {%- else %}
        {{ sums }}.{{ field }}
    {%- endif %}
    as bigint) as varchar)
{%- endmacro %}

{% macro otlp_is_net_input() -%}
    {#- some instrumentations leave out of the input what was cached: more cached tokens than
        input prove that, or the total -#}
    {%- set cached = otlp_cached() -%}
    coalesce(
        {{ cached }} > 0 and scope_name is distinct from 'litellm' and (
            {{ cached }} > prompt_tokens
            or total_tokens = prompt_tokens + {{ cached }} + completion_tokens
            or {{ otlp_scope_omits('scope_name', 'omits_cached_input') }}
        ),
        false
    )
{%- endmacro %}

{% macro otlp_cached() -%}
    (coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0))
{%- endmacro %}

{% macro otlp_counts() -%}
    {#- tokens of a call, the input with what was cached, and the total where it says more; none
        where nothing was counted, since no model answers nothing to nothing -#}
    {%- set is_uncounted = 'coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) = 0' -%}
    {%- set left_out = ' + if(is_net_input, ' ~ otlp_cached() ~ ', 0)' -%}
    {% for name in token_counts() -%}
    case
        when {{ is_uncounted }} then null
        else {{ name }}{{ left_out if name == 'prompt_tokens' }}
    end as {{ name }},
    {% endfor -%}
    case
        when not is_net_input or total_tokens > prompt_tokens + completion_tokens
            then nullif(total_tokens, 0)
    end as total_tokens
{%- endmacro %}

{% macro otlp_whole_cost(costs) -%}
    case when {{ costs }} is not null then coalesce(
        {{ costs }}['total'], {{ costs }}['total_cost'],
        cast({{ usage_sum(costs, '.') }} as varchar)
    ) end
{%- endmacro %}
