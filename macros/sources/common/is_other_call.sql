{% macro is_other_call(call_type) -%}
    {#- of LiteLLM: what no model answers in words; management of files, batches and stored answers -#}
    regexp_matches(
        coalesce({{ call_type }}, ''),
        '(?i)embed|image|moderation|transcription|speech|rerank|ocr|video|search|vector_store|batch|file|fine_tun|mcp|thread'
        || '|assistant|container|^a?(get|delete|list|cancel)_'
    )
{%- endmacro %}
