{% macro hashed_user(user) -%}
    {#- no user can be found from the hash without the salt; 'unknown' is no user -#}
    case
        when {{ user }} != 'unknown' then {{ sha256_of(user_salt() ~ ' || ' ~ user) }}
        else {{ user }}
    end
{%- endmacro %}

{% macro safe_user(column) -%}
    {#- ids in contract files may be pseudonyms already: hashed only with a salt -#}
    {%- set text = safe_text(column) -%}
    case when {{ user_salt() }} = '' then {{ text }} else {{ hashed_user(text) }} end
{%- endmacro %}
