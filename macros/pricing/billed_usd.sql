{% macro input_usd(price) -%}
    {#- prompt_tokens includes tokens read from the cache and written to it -#}
    greatest(
        prompt_tokens - coalesce(cache_read_tokens, 0) - coalesce(cache_write_tokens, 0), 0
    ) * {{ price }}['input']
    + coalesce(cache_read_tokens, 0) * {{ price }}['cache_read']
    + coalesce(cache_write_tokens, 0) * {{ price }}['cache_write']
{%- endmacro %}

{% macro output_usd(price) -%}
    {#- completion_tokens includes reasoning, which some models price separately; an embedding
        has no output -#}
    case
        when {{ price }}['output'] is null and coalesce(completion_tokens, 0) = 0 then 0e0
        else
            completion_tokens * {{ price }}['output']
            + least(coalesce(reasoning_tokens, 0), completion_tokens)
            * ({{ price }}['reasoning'] - {{ price }}['output'])
    end
{%- endmacro %}
