{% macro repaired_json(text, lost='null') -%}
    {#- a text that is no JSON: with the halves of characters replaced, and as a list where a
        lost end of line has joined documents; `lost` stands for what stays unreadable -#}
    {%- set parts = joined_documents(text) -%}
    case
        when json_valid({{ text }}) then {{ text }}
        when len({{ parts }}) = 1 then {{ repaired_document(text) }}
        else '[' || array_to_string(list_transform(
            {{ parts }}, lambda part: coalesce({{ repaired_document('part') }}, '{{ lost }}')
        ), ',') || ']'
    end
{%- endmacro %}

{% macro joined_documents(text) -%}
    {#- within a text no name and colon follow a quote -#}
    string_split(regexp_replace(
        {{ text }}, '\}[ \t\r]*\{([ \t]*"[^"\\]*"[ \t]*:)', '}' || chr(30) || '{\1', 'g'
    ), chr(30))
{%- endmacro %}

{% macro repaired_document(text) -%}
    case
        when json_valid({{ text }}) then {{ text }}
        when json_valid({{ whole_characters(text) }}) then {{ whole_characters(text) }}
    end
{%- endmacro %}

{% macro whole_characters(json) -%}
    {#- a text cut inside of an emoji ends in half a pair of escapes, which no reader of JSON
        takes; an escaped backslash is a token of its own: what follows it is no escape -#}
    array_to_string(list_transform(
        regexp_extract_all(
            {{ json }},
            '(?s)\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}'
            || '|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.|[^\\]+|\\'
        ),
        lambda token: if(
            length(token) = 6 and starts_with(lower(token), '\ud'), '\ufffd', token
        )
    ), '')
{%- endmacro %}
