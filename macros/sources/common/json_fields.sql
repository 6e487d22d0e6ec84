{% macro json_fields(document, fields) -%}
    {#- a struct of the fields of a JSON object in one parse, all as text: casts come later -#}
    json_transform({{ document }}, '{{ tojson(json_shape(fields)) }}')
{%- endmacro %}

{% macro json_shape(fields) -%}
    {#- field names; those of an inner object under its name, of a list of objects under name[] -#}
    {%- set shape = {} -%}
    {%- for name in fields if fields is not mapping -%}
        {%- do shape.update({name: 'VARCHAR'}) -%}
    {%- endfor -%}
    {%- for name, inner in (fields.items() if fields is mapping else []) -%}
        {%- if not name -%}{%- do shape.update(json_shape(inner)) -%}
        {%- elif name.endswith('[]') -%}{%- do shape.update({name[:-2]: [json_shape(inner)]}) -%}
        {%- else -%}{%- do shape.update({name: json_shape(inner)}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(shape) }}
{%- endmacro %}

{% macro json_text(text) -%}
    {#- an object exported as a string: JSON, or a map as Python or ClickHouse prints it -#}
    coalesce(
        try_cast({{ text }} as json),
        try_cast({{ python_as_json(text) }} as json),
        try_cast({{ whole_characters(text) }} as json)
    )
{%- endmacro %}

{% macro python_as_json(text) -%}
    {#- token by token, so that an apostrophe inside a string does not end it -#}
    array_to_string(list_transform(
        regexp_extract_all(
            {{ text }},
            '(?s)''(?:[^''\\]|\\.)*''|"(?:[^"\\]|\\.)*"|None|True|False|[^''"NTF]+|.'
        ),
        lambda token: case
            when starts_with(token, '''')
                then cast(to_json(replace(token[2:-2], '\''', '''')) as varchar)
            when token = 'None' then 'null'
            when token in ('True', 'False') then lower(token)
            else token
        end
    ), '')
{%- endmacro %}

{% macro unread_object(text, struct) -%}
    {#- for rejected_values, without the text: it may quote a prompt or name a user -#}
    case
        when {{ safe_text(text) }} is not null and {{ struct }} is null then 'no JSON object'
    end
{%- endmacro %}

{% macro first_text(names) -%}
    {#- the first that is neither null nor empty -#}
    coalesce({% for name in names %}{{ safe_text(name) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro first_of(names) -%}
    coalesce({{ names | join(', ') }})
{%- endmacro %}

{% macro without(struct, names) -%}
    {#- the struct with nulls for fields that may quote a prompt or name a user -#}
    struct_update({{ struct }}{% for name in names %}, "{{ name }}" := null{% endfor %})
{%- endmacro %}
