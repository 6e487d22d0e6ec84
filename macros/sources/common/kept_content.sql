{% macro kept_content(text) -%}
    {#- a text, redacted, where the knob lets it in, else it is read to be counted alone; as it is
        only for evaluators, which read it in memory -#}
    {%- if not text_knob('keep_content') | float -%}
    cast(null as varchar)
    {%- elif env_var('LLM_TELEMETRY_CONTENTS', '') == 'plain' -%}
    {{ text }}
    {%- else -%}
    {{ redacted(text) }}
    {%- endif -%}
{%- endmacro %}
