{# `none` and `NA` are values: the failure_type of a success, North America #}
{% macro safe_text(column) %}case when lower(trim({{ column }})) not in ('', 'nan', 'null') then trim({{ column }}) end{% endmacro %}

{# beyond 1e12 sums would leave the exact decimals, and no count, price or time is that large #}
{% macro safe_double(column) %}case when abs(try_cast({{ column }} as double)) <= 1e12 then try_cast({{ column }} as double) end{% endmacro %}

{# try_cast('12.7' as bigint) is 13: only a whole number is a count #}
{% macro safe_bigint(column) %}case when try_cast({{ column }} as double) = floor(try_cast({{ column }} as double)) then try_cast(try_cast({{ column }} as double) as bigint) end{% endmacro %}

{# true, t, 1, yes and y, false, f, 0, no and n, in any case; all else is unknown #}
{% macro safe_boolean(column) %}try_cast(trim({{ column }}) as boolean){% endmacro %}

{# a plain cast to timestamp drops the offset #}
{% macro safe_timestamp(column) %}case when isfinite(try_cast({{ column }} as timestamptz)) then try_cast({{ column }} as timestamptz) at time zone 'UTC' end{% endmacro %}
