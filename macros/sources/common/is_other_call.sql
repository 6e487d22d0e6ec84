{% macro is_other_call(call_type) -%}
    {#- call types of LiteLLM that generate no text, and those that manage files, batches and
        stored responses -#}
    regexp_matches(
        coalesce({{ call_type }}, ''),
        '(?i)embed|image|moderation|transcription|speech|rerank|ocr|video|search|vector_store'
        || '|batch|file|fine_tun|mcp|thread|assistant|container|^a?(get|delete|list|cancel)_'
    )
{%- endmacro %}
