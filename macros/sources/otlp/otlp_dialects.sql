{% macro otlp_dialect_prefix(key) -%}
    {#- the first part of a key that only some instrumentations write, such as langfuse of
        langfuse.session.id, or the key as a whole; null for keys of the conventions and of those
        that most write -#}
    {%- set rare = '^gen_ai[.](cost|server|client|completion_start|request[.](user|is_stream)'
        ~ '|response[.]time_to_first_token|usage[.](details|raw|cached|total_cost|cache_write_input'
        ~ '|(in|out)put_tokens?[._]))' -%}
    {%- set common = [
        'app', 'deployment', 'enduser', 'error', 'event', 'exception', 'gen_ai', 'http', 'input',
        'llm', 'net', 'openai', 'openinference', 'output', 'prompt', 'server', 'service',
        'session', 'tool', 'traceloop', 'url', 'user',
    ] -%}
    {%- set first = modules.re.split('[.:]', key)[0] -%}
    {%- if modules.re.match(rare, key) -%}
        {{ return(key) }}
    {%- endif -%}
    {{ return(none if first == key or first in common else first) }}
{%- endmacro %}

{% macro otlp_has_dialect_keys(json, aliases) -%}
    {#- one search per document decides whether its spans are searched for such keys -#}
    {%- set prefixes = [] -%}
    {%- for key in aliases.values() | sum(start=[]) -%}
        {%- set prefix = otlp_dialect_prefix(key) -%}
        {%- set ending = '"' if prefix == key else '[.:]' -%}
        {%- if prefix and prefix | replace('.', '[.]') ~ ending not in prefixes -%}
            {%- do prefixes.append(prefix | replace('.', '[.]') ~ ending) -%}
        {%- endif -%}
    {%- endfor -%}
    coalesce(
        not contains({{ json }}, '"key"')
        or regexp_matches(
            {{ json }}, '"key"\s*:\s*"(?:{{ prefixes | sort | join('|') or 'none"' }})'
        ),
        false
    )
{%- endmacro %}

{% macro otlp_kind_of_dialect(word) -%}
    {#- null for words that decide nothing: the span's other attributes do -#}
    case
        when {{ word }} in ('llm', 'model', 'chat_model', 'background-model')
            or regexp_full_match(
                {{ word }}, 'ai[.](generate|stream)(text|object)([.]do(generate|stream))?'
            )
            then 'call'
        when {{ word }} in ('tool', 'tool.v2', 'tool_call', 'ai.toolcall') then 'tool'
        when {{ word }} = 'agent' then 'agent'
        when {{ word }} in (
            'prompt', 'executable-prompt', 'chain', 'parser', 'retriever', 'embedding',
            'embedder', 'rag', 'reranker', 'guardrail', 'evaluator', 'evaluation', 'flow',
            'util', 'workflow', 'memory', 'indexer',
            -- CrewAI repeats a failed tool in a second span
            'tool_failure_detected'
        ) or regexp_matches({{ word }}, '^ai[.](embed|rerank)')
            then 'step'
    end
{%- endmacro %}
