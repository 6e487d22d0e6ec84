{% macro kept_content(text) -%}
    {#- a text, redacted, where the knob lets it in; else it is read to be counted alone -#}
    {{ redacted(text) if text_knob('keep_content') | float else 'cast(null as varchar)' }}
{%- endmacro %}
