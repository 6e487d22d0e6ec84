{% macro usage_map(text) -%}
    from_json({{ json_text(text) }}, '"MAP(VARCHAR, VARCHAR)"')
{%- endmacro %}

{% macro usage_sum(usage, pattern, except='cost') -%}
    {#- over the buckets whose name matches, null without any; a sum of decimals does not depend
        on their order -#}
    cast(list_sum(list_transform(
        list_filter(
            map_entries({{ usage }}),
            lambda bucket: regexp_matches(lower(bucket.key), '{{ pattern }}')
                and not regexp_matches(lower(bucket.key), '{{ except }}')
        ),
        lambda bucket: cast(try_cast(bucket.value as double) as decimal(38, 12))
    )) as double)
{%- endmacro %}

{% macro token_counts() -%}
    {{ return([
        'prompt_tokens', 'completion_tokens', 'cache_read_tokens', 'cache_write_tokens',
        'reasoning_tokens',
    ]) }}
{%- endmacro %}
