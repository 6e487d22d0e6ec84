{#- base of the watched latency buckets: quantiles are within 2.5 %, and a member has half as many
    buckets a day as to the base 1.02 -#}
{% macro watch_bucket_base() -%} 1.05e0 {%- endmacro %}

{#- the quantiles of a member's latencies on a day, in the week up to it and in its history, one
    struct for each -#}
{% macro latency_quantiles() -%}
    {%- set structs = [] -%}
    {%- for percent in [50, 95, 99] -%}
    {%- set fields = {'metric': "'latency_p" ~ percent ~ "'"} -%}
    {%- for window in ['day', 'week', 'history'] -%}
    {%- do fields.update({window ~ '_bucket': window ~ '_p' ~ percent}) -%}
    {%- endfor -%}
    {%- do structs.append(struct_of(fields)) -%}
    {%- endfor -%}
    {{ list_of(structs | join(', ')) }}
{%- endmacro %}

{#- the first bucket that a share of the operations does not exceed, in each window -#}
{% macro quantile_buckets() -%}
    {%- for percent in [50, 95, 99] -%}
    {%- set last_percent = loop.last -%}
    {%- for window in ['day', 'week', 'history'] -%}
    min(if({{ window }}_share >= {{ percent / 100 }}e0, latency_bucket, null))
        as {{ window }}_p{{ percent }}{{ ', ' if not (loop.last and last_percent) }}
    {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
