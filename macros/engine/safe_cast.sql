{# `none` and `NA` are values: the failure_type of a success, North America #}
{% macro safe_text(column) -%}
    {#- few texts have spaces around them, and to look for them is quicker than to trim all -#}
    case
        when {{ column }} like ' %' or {{ column }} like '% '
            then {{ text_in('trim(' ~ column ~ ')') }}
        else {{ text_in(column) }}
    end
{%- endmacro %}

{# null where a trimmed text stands for a missing value #}
{% macro text_in(trimmed) -%}
    case when lower({{ trimmed }}) not in ('', 'nan', 'null') then {{ trimmed }} end
{%- endmacro %}

{# Spark takes 1d for a number, and not 1_000; DuckDB the other way round #}
{% macro number_in(text) -%}
    {%- if target.type == 'spark' -%}
    try_cast(
        regexp_replace(
            regexp_replace({{ text }}, '(?<=[0-9])_(?=[0-9])', ''),
            '[dDfF]\s*$', '?'
        ) as double
    )
    {%- else -%}
    try_cast({{ text }} as double)
    {%- endif -%}
{%- endmacro %}

{# beyond 1e12 sums would leave the exact decimals, and no count, price or time is that large #}
{% macro safe_double(column) -%}
    case when abs({{ number_in(column) }}) <= 1e12 then {{ number_in(column) }} end
{%- endmacro %}

{# try_cast('12.7' as bigint) is 13: only a whole number is a count #}
{% macro safe_bigint(column) -%}
    {%- set number = number_in(column) -%}
    case
        {%- if target.type == 'spark' %}
        when {{ number }} = {{ number }} - {{ number }} % 1
        {%- else %}
        when {{ number }} = floor({{ number }})
        {%- endif %} and abs({{ number }}) <= 1e12
            then try_cast({{ number }} as bigint)
    end
{%- endmacro %}

{# true, t, 1, yes and y, false, f, 0, no and n, in any case; all else is unknown #}
{% macro safe_boolean(column) -%}
    coalesce(
        try_cast({{ column }} as boolean),
        try_cast(trim({{ column }}) as boolean)
    )
{%- endmacro %}

{# a plain cast to timestamp drops the offset #}
{% macro safe_timestamp(column) -%}
    {%- if target.type == 'spark' -%}
    {#- only what DuckDB reads too: Spark alone would take a date without a day, or a bare time -#}
    {%- set time = '[0-9]{1,2}:[0-9]{1,2}(:[0-9]{0,2}([.][0-9]*)?)?' -%}
    {%- set zone = '(Z|[+-][0-9]{2}(:?[0-9]{2})?| [A-Za-z/_]+)?' -%}
    case
        when regexp_like(
            {{ column }},
            '^[0-9]{4,5}([-/ ])[0-9]{1,2}\1[0-9]{1,2}([T ] *{{ time }}{{ zone }})?$'
        )
            then {{ plausible_time(
                "try_cast(regexp_replace(regexp_replace(" ~ column ~ ","
                ~ " '^([0-9]+)[/ ]([0-9]+)[/ ]', '$1-$2-'),"
                ~ " '([+-][0-9]{2})([0-9]{2})$', '$1:$2') as timestamp)"
            ) }}
    end
    {%- else -%}
    {{ plausible_time("timezone('UTC', try_cast(" ~ column ~ " as timestamptz))") }}
    {%- endif -%}
{%- endmacro %}
