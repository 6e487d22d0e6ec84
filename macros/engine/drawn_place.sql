{# a random place from 1 to `places` for each value of `what`, the same on every machine; computed
   in whole numbers, because a double of that size has no remainder #}
{% macro drawn_place(places, what) -%}
    {%- set seeded = "concat_ws('|', cast(" ~ knob('random_seed') ~ ' as bigint), ' ~ what ~ ')' -%}
    {%- set type = 'bigint' if target.type == 'spark' else 'ubigint' -%}
    1 + cast({{ md5_number(seeded) }} % cast({{ places }} as {{ type }}) as bigint)
{%- endmacro %}

{# the second half of the digest as a number, least significant byte first #}
{% macro md5_number(text) -%}
    {%- if target.type == 'spark' -%}
    cast(conv(
        regexp_replace(
            right(md5({{ text }}), 16),
            '(..)(..)(..)(..)(..)(..)(..)(..)', '$8$7$6$5$4$3$2$1'
        ), 16, 10
    ) as decimal(20, 0))
    {%- else -%}cast(md5_number({{ text }}) >> 64 as ubigint){%- endif -%}
{%- endmacro %}
