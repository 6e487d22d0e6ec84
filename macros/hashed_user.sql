{% macro hashed_user(user) -%}
    {#- nobody can tell who it was without the salt; 'unknown' is nobody -#}
    {%- set salt = local_md5(env_var('LLM_TELEMETRY_USER_SALT', '')) -%}
    case when {{ user }} != 'unknown' then sha256('{{ salt }}' || {{ user }}) else {{ user }} end
{%- endmacro %}

{% macro safe_user(column) -%}
    {#- a contract file may hold ids that are pseudonyms already: hashed only where a salt is set -#}
    {%- set text = safe_text(column) -%}
    {{ hashed_user(text) if env_var('LLM_TELEMETRY_USER_SALT', '') else text }}
{%- endmacro %}
