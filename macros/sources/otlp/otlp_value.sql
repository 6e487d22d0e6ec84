{% macro otlp_aliases() -%}
    {#- the attribute keys of each field, in the order of their priority -#}
    {%- set aliases, seed = {}, ref('otel_attribute_aliases') -%}
    {%- if execute -%}
        {%- set query = 'select field, attribute_key from ' ~ seed
            ~ ' order by field, priority, attribute_key' -%}
        {%- for row in run_query(query).rows -%}
            {%- do aliases.setdefault(row[0], []).append(row[1]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(aliases) }}
{%- endmacro %}

{% macro otlp_value(aliases, field, prefix='') -%}
    {#- the JSON of the first of a field's keys that is there; hashes compare faster than texts,
        and keys of a dialect are looked up only where the document has some -#}
    {%- set common, of_dialects = [], [] -%}
    {%- for key in aliases.get(field, [field]) -%}
        {%- set position = "list_position(" ~ prefix ~ "key_hashes, hash('" ~ key ~ "'))" -%}
        {%- do (of_dialects if otlp_dialect_prefix(key) else common).append(position) -%}
    {%- endfor -%}
    {%- if of_dialects -%}
        {%- do common.append('case when has_dialect_keys then coalesce('
            ~ of_dialects | join(', ') ~ ', null) end') -%}
    {%- endif -%}
    {{ prefix }}attribute_values[coalesce({{ common | join(', ') }}, null)]
{%- endmacro %}

{% macro otlp_values(aliases, fields, prefix='') -%}
    {#- a struct of the fields, null where none of a field's keys is there -#}
    {
        {%- for field in fields %}
        '{{ field }}': {{ otlp_value(aliases, field, prefix) }}{{ ',' if not loop.last }}
        {%- endfor %}
    }
{%- endmacro %}

{% macro otlp_texts(struct, fields, unquoted=[]) -%}
    {%- for field in fields %}
        {%- set text = otlp_text(struct ~ '.' ~ field) %}
        {% if field in unquoted -%}
        {#- some dialects write each value as JSON text, with its quotes -#}
        if(has_dialect_keys, nullif(trim({{ text }}, '"'), ''), {{ text }})
        {%- else -%}
        {{ text }}
        {%- endif %} as {{ field }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro otlp_text(value) -%}
    {#- the text of {"stringValue":"text"} or {"intValue":"7"}, or a list's first text;
        the common forms are cut out, because parsing JSON is slow -#}
    nullif(case
        when starts_with({{ value }}, '{"stringValue":"') and not contains({{ value }}, '\')
            then substring({{ value }}, 17, length({{ value }}) - 18)
        when starts_with({{ value }}, '{"intValue":"')
            then substring({{ value }}, 14, length({{ value }}) - 15)
        when starts_with({{ value }}, '{"arrayValue')
            then json_extract_string({{ value }}, '$.arrayValue.values[0].*')[1]
        else json_extract_string({{ value }}, '$.*')[1]
    end, '')
{%- endmacro %}

{% macro otlp_attributes(list, prefix='') -%}
    {#- the two columns in which otlp_value looks up an attribute -#}
    [hash(attribute.key) for attribute in {{ list }}] as {{ prefix }}key_hashes,
    [attribute.value for attribute in {{ list }}] as {{ prefix }}attribute_values
{%- endmacro %}
