{% macro content_digest(relation) -%}
    {#- the same for the same rows in any order, on one engine: each writes numbers in its own way -#}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | join(', ') if execute else '1' -%}
    (
        select {{ sha256_of("concat_ws(' ', count(*), " ~ md5_high('row_md5') ~ ', ' ~ md5_low('row_md5') ~ ')') }}
        from (select {{ row_digest(columns) }} as row_md5 from {{ relation }}) as hashed
    )
{%- endmacro %}

{# control characters part the columns and stand for what is missing: no text of telemetry holds them #}
{% macro row_digest(columns) -%}
    {%- if target.type == 'spark' -%}md5(to_json(struct({{ columns }})))
    {%- else -%}md5_number(concat({% for name in columns.split(', ') %}coalesce(cast({{ name }} as varchar), chr(30)){{ ', chr(31), ' if not loop.last }}{% endfor %}))
    {%- endif -%}
{%- endmacro %}

{# the sums of the two halves of each digest #}
{% macro md5_high(digest) %}{{ 'sum(cast(conv(left(' ~ digest ~ ', 16), 16, 10) as decimal(20, 0)))' if target.type == 'spark' else 'sum(cast(' ~ digest ~ ' >> 64 as ubigint))' }}{% endmacro %}

{% macro md5_low(digest) %}{{ 'sum(cast(conv(right(' ~ digest ~ ', 16), 16, 10) as decimal(20, 0)))' if target.type == 'spark' else 'sum(cast(' ~ digest ~ ' & 18446744073709551615 as ubigint))' }}{% endmacro %}

{% macro text_array() %}{{ 'array<string>' if target.type == 'spark' else 'varchar []' }}{% endmacro %}
