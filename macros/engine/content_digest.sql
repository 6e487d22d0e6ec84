{% macro content_digest(relation) -%}
    {#- the same for the same rows in any order, on one engine: each writes numbers in its own
        way -#}
    {%- set columns = '1' -%}
    {%- if execute -%}
        {%- set found = adapter.get_columns_in_relation(relation) -%}
        {%- set columns = found | map(attribute='name') | join(', ') -%}
    {%- endif -%}
    {%- set sums = md5_high('row_md5') ~ ', ' ~ md5_low('row_md5') -%}
    (
        select {{ sha256_of("concat_ws(' ', count(*), " ~ sums ~ ')') }}
        from (select {{ row_digest(columns) }} as row_md5 from {{ relation }}) as hashed
    )
{%- endmacro %}

{# control characters separate the columns and stand for missing values: no text of telemetry
    contains them #}
{% macro row_digest(columns) -%}
    {%- if target.type == 'spark' -%}
    md5(to_json(struct({{ columns }})))
    {%- else -%}
    md5_number(concat(
        {%- for name in columns.split(', ') %}
        coalesce(cast({{ name }} as varchar), chr(30)){{ ', chr(31),' if not loop.last }}
        {%- endfor %}
    ))
    {%- endif -%}
{%- endmacro %}

{# the sums of the two halves of each digest: together they are the same in any order of the rows #}
{% macro md5_high(digest) -%}
    {%- if target.type == 'spark' -%}
    sum(cast(conv(left({{ digest }}, 16), 16, 10) as decimal(20, 0)))
    {%- else -%}
    sum(cast({{ digest }} >> 64 as ubigint))
    {%- endif -%}
{%- endmacro %}

{% macro md5_low(digest) -%}
    {%- if target.type == 'spark' -%}
    sum(cast(conv(right({{ digest }}, 16), 16, 10) as decimal(20, 0)))
    {%- else -%}
    sum(cast({{ digest }} & 18446744073709551615 as ubigint))
    {%- endif -%}
{%- endmacro %}

{% macro text_array() -%}
    {{ 'array<string>' if target.type == 'spark' else 'varchar []' }}
{%- endmacro %}
