{# a place from 1 to `places`, drawn at random for what is counted by `what`, and the same on every machine;
   in whole numbers, as a double that large has no remainder #}
{% macro drawn_place(places, what) %}1 + cast({{ md5_number("concat_ws('|', cast(" ~ knob('random_seed') ~ ' as bigint), ' ~ what ~ ')') }} % cast({{ places }} as {{ 'bigint' if target.type == 'spark' else 'ubigint' }}) as bigint){% endmacro %}

{# the latter half of the digest, its bytes from the last to the first #}
{% macro md5_number(text) -%}
    {%- if target.type == 'spark' -%}
    cast(conv(regexp_replace(right(md5({{ text }}), 16), '(..)(..)(..)(..)(..)(..)(..)(..)', '$8$7$6$5$4$3$2$1'), 16, 10) as decimal(20, 0))
    {%- else -%}cast(md5_number({{ text }}) >> 64 as ubigint){%- endif -%}
{%- endmacro %}
