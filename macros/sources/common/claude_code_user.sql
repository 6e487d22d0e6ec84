{#- Claude Code puts its session beside the account into one user id, as JSON or as
    user_<device>_account_<account>_session_<session> -#}

{% macro claude_code_account(user) -%}
    {#- null for any other user id -#}
    {%- set ids = "json_extract_string(" ~ user ~ ", ['$.account_uuid', '$.device_id'])" -%}
    case
        when regexp_matches({{ user }}, '{{ claude_code_text() }}') then coalesce(
            nullif(regexp_extract({{ user }}, '{{ claude_code_text() }}', 2), ''),
            regexp_extract({{ user }}, '{{ claude_code_text() }}', 1)
        )
        when {{ is_claude_code_json(user) }}
            then coalesce(nullif(({{ ids }})[1], ''), nullif(({{ ids }})[2], ''))
    end
{%- endmacro %}

{% macro claude_code_session(user) -%}
    case
        when regexp_matches({{ user }}, '{{ claude_code_text() }}')
            then regexp_extract({{ user }}, '{{ claude_code_text() }}', 3)
        when {{ is_claude_code_json(user) }}
            then nullif(json_extract_string({{ user }}, '$.session_id'), '')
    end
{%- endmacro %}

{% macro claude_code_text() -%}
    ^user_(.+?)_account_(.*?)_session_(.+)$
{%- endmacro %}

{% macro is_claude_code_json(user) -%}
    (
        starts_with({{ user }}, '{')
        and contains({{ user }}, '"session_id"')
        and json_valid({{ user }})
    )
{%- endmacro %}
