{#- buckets whose ends are 2 % apart, or as far as a base says: the middle of a value's bucket is
    within half of that; 0, which has no logarithm, has one of its own -#}
{% macro log_bucket(value, base='1.02e0') -%}
    cast(
        case
            when {{ value }} > 0 then floor(ln({{ value }}) / ln({{ base }}))
            else -2147483648
        end as bigint
    )
{%- endmacro %}

{#- the harmonic mean of both ends: off by the same share of the value at either; null of null -#}
{% macro bucket_middle(bucket, base='1.02e0') -%}
    case
        when {{ bucket }} = -2147483648 then 0e0
        else 2e0 / (
            1 / pow({{ base }}, {{ bucket }}) + 1 / pow({{ base }}, {{ bucket }} + 1)
        )
    end
{%- endmacro %}

{#- bins whose ends are 1 % apart; what takes no longer than 1 ms is in bin 0 -#}
{% macro latency_bin(latency_ms) -%}
    if(
        {{ latency_ms }} is null,
        null,
        cast(floor(ln(greatest({{ latency_ms }}, 1e0)) / ln(1.01e0)) as integer)
    )
{%- endmacro %}

{% macro latency_bin_start(bin) -%}
    pow(1.01e0, {{ bin }})
{%- endmacro %}
