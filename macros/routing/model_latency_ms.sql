{% macro model_latency_ms() -%}
    {#- what a gateway answers from its cache says nothing about a model's speed -#}
    if(cache_hit is true, null, latency_ms)
{%- endmacro %}
