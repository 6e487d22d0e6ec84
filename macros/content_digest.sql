{% macro content_digest(relation) -%}
    {#- the same for the same rows in any order: sums of the two halves of each row's md5, hashed with the count -#}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | join(', ') if execute else '1' -%}
    (
        select sha256(concat_ws(
            ' ', count(*), sum(cast(row_md5 >> 64 as ubigint)), sum(cast(row_md5 & 18446744073709551615 as ubigint))
        ))
        from (select md5_number(cast(row({{ columns }}) as varchar)) as row_md5 from {{ relation }}) as hashed
    )
{%- endmacro %}
