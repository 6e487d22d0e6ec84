{% macro matches(text, pattern) -%}
    {{ 'regexp_like' if target.type == 'spark' else 'regexp_matches' }}({{ text }}, {{ pattern }})
{%- endmacro %}

{# replaces every match; \1 is the first group #}
{% macro replaced(text, pattern, by) -%}
    {%- if target.type == 'spark' -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ by.replace('\\', '$') }})
    {%- else -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ by }}, 'g')
    {%- endif -%}
{%- endmacro %}

{# the texts of a group in one, in the order of their keys #}
{% macro joined_texts(text, separator, key) -%}
    {%- if target.type == 'spark' -%}
    string_agg({{ text }}, '{{ separator }}') within group (order by {{ key }})
    {%- else -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ key }})
    {%- endif -%}
{%- endmacro %}

{% macro sha256_of(text) -%}
    {{ 'sha2(' ~ text ~ ', 256)' if target.type == 'spark' else 'sha256(' ~ text ~ ')' }}
{%- endmacro %}
