{# `none` and `NA` are values: the failure_type of a success, North America #}
{% macro safe_text(column) %}case when {{ column }} like ' %' or {{ column }} like '% ' then {{ text_in('trim(' ~ column ~ ')') }} else {{ text_in(column) }} end{% endmacro %}

{# of a text without spaces around it: few have some, and to look for them is quicker than to trim #}
{% macro text_in(trimmed) %}case when lower({{ trimmed }}) not in ('', 'nan', 'null') then {{ trimmed }} end{% endmacro %}

{# Spark takes 1d for a number, and not 1_000 #}
{% macro number_in(text) %}try_cast({{ "regexp_replace(regexp_replace(" ~ text ~ ", '(?<=[0-9])_(?=[0-9])', ''), '[dDfF]\\s*$', '?')" if target.type == 'spark' else text }} as double){% endmacro %}

{# beyond 1e12 sums would leave the exact decimals, and no count, price or time is that large #}
{% macro safe_double(column) %}case when abs({{ number_in(column) }}) <= 1e12 then {{ number_in(column) }} end{% endmacro %}

{# try_cast('12.7' as bigint) is 13: only a whole number is a count #}
{% macro safe_bigint(column) %}case when {{ number_in(column) }} = {{ number_in(column) ~ ' - ' ~ number_in(column) ~ ' % 1' if target.type == 'spark' else 'floor(' ~ number_in(column) ~ ')' }} then try_cast({{ number_in(column) }} as bigint) end{% endmacro %}

{# true, t, 1, yes and y, false, f, 0, no and n, in any case; all else is unknown #}
{% macro safe_boolean(column) %}coalesce(try_cast({{ column }} as boolean), try_cast(trim({{ column }}) as boolean)){% endmacro %}

{# a plain cast to timestamp drops the offset #}
{% macro safe_timestamp(column) -%}
    {%- if target.type == 'spark' -%}
    case when regexp_like({{ column }}, '^[0-9]{4,5}([-/ ])[0-9]{1,2}\1[0-9]{1,2}([T ] *[0-9]{1,2}:[0-9]{1,2}(:[0-9]{0,2}([.][0-9]*)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?| [A-Za-z/_]+)?)?$')
        then try_cast(regexp_replace(regexp_replace({{ column }}, '^([0-9]+)[/ ]([0-9]+)[/ ]', '$1-$2-'), '([+-][0-9]{2})([0-9]{2})$', '$1:$2') as timestamp) end
    {%- else -%}
    case when isfinite(try_cast({{ column }} as timestamptz)) then try_cast({{ column }} as timestamptz) at time zone 'UTC' end
    {%- endif -%}
{%- endmacro %}
