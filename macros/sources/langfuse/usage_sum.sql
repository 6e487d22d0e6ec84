{% macro usage_map(text) -%}
    from_json({{ json_text(text) }}, '"MAP(VARCHAR, VARCHAR)"')
{%- endmacro %}

{% macro usage_sum(usage, pattern, but='cost') -%}
    {#- over the buckets whose name matches; null where there is none; in decimals, whose sum no order changes -#}
    cast(list_sum(list_transform(
        list_filter(map_entries({{ usage }}), lambda bucket: regexp_matches(lower(bucket.key), '{{ pattern }}') and not regexp_matches(lower(bucket.key), '{{ but }}')),
        lambda bucket: cast(try_cast(bucket.value as double) as decimal(38, 12))
    )) as double)
{%- endmacro %}

{% macro token_counts() -%}
    {{ return(['prompt_tokens', 'completion_tokens', 'cache_read_tokens', 'cache_write_tokens', 'reasoning_tokens']) }}
{%- endmacro %}
