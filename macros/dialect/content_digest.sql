{% macro content_digest(relation) -%}
    {#- the same for the same rows in any order, on one engine: each writes numbers in its own way -#}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | join(', ') if execute else '1' -%}
    (
        select {{ sha256_of("concat_ws(' ', " ~ summed_digests() ~ ")") }}
        from (select {{ row_digest(columns) }} as row_md5 from {{ relation }}) as hashed
    )
{%- endmacro %}

{% macro row_digest(columns) %}{{ 'md5(to_json(struct(' ~ columns ~ ')))' if target.type == 'spark' else 'md5_number(cast(row(' ~ columns ~ ') as varchar))' }}{% endmacro %}

{% macro summed_digests() -%}
    {#- the count and the sums of the two halves of each row's md5 -#}
    {%- if target.type == 'spark' -%}
    count(*), sum(cast(conv(left(row_md5, 16), 16, 10) as decimal(20, 0))), sum(cast(conv(right(row_md5, 16), 16, 10) as decimal(20, 0)))
    {%- else -%}
    count(*), sum(cast(row_md5 >> 64 as ubigint)), sum(cast(row_md5 & 18446744073709551615 as ubigint))
    {%- endif -%}
{%- endmacro %}
