{% macro model_latency_ms() -%}
    {#- what a gateway answers from its cache says nothing about a model's speed -#}
    case when cache_hit is not true then latency_ms end
{%- endmacro %}
