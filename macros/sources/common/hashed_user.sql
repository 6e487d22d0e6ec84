{% macro hashed_user(user) -%}
    {#- nobody can tell who it was without the salt; 'unknown' is nobody -#}
    case when {{ user }} != 'unknown' then {{ sha256_of(user_salt() ~ ' || ' ~ user) }} else {{ user }} end
{%- endmacro %}

{% macro safe_user(column) -%}
    {#- a contract file may hold ids that are pseudonyms already: hashed only where a salt is set -#}
    {%- set text = safe_text(column) -%}
    case when {{ user_salt() }} = '' then {{ text }} else {{ hashed_user(text) }} end
{%- endmacro %}
