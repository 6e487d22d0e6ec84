{% macro session_group(session_number) -%}
    {#- groups that variances are estimated from; in turn, not at random: few sessions are each a
        group of their own -#}
    cast(({{ session_number }} - 1) % cast({{ knob('session_groups') }} as bigint) as integer)
{%- endmacro %}
