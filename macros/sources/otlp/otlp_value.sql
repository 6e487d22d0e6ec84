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

{% macro otlp_columns(struct, fields) -%}
    {%- for field in fields %}
        {{ struct }}.{{ field }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro otlp_text(value, longest=none) -%}
    {#- the text of {"stringValue":"text"} or {"intValue":"7"}, or a list's first text, null where
        it is empty; the common forms are cut out, because parsing JSON is slow; some write each
        text as JSON, with its quotes; JSON that is longer than `longest` stays, for
        otlp_long_text -#}
    case
        when
            starts_with({{ value }}, '{"stringValue":"')
            and strlen({{ value }}) > 18
            and not contains({{ value }}, '\')
            then substring({{ value }}, 17, length({{ value }}) - 18)
        when starts_with({{ value }}, '{"intValue":"') and strlen({{ value }}) > 15
            then substring({{ value }}, 14, length({{ value }}) - 15)
        when starts_with({{ value }}, '{"doubleValue":') and not ends_with({{ value }}, '"}')
            then substring({{ value }}, 16, length({{ value }}) - 16)
        {%- if longest %}
        when strlen({{ value }}) > {{ longest }} then {{ value }}
        {%- endif %}
        when starts_with({{ value }}, '{"arrayValue')
            then nullif(json_extract_string({{ value }}, '$.arrayValue.values[0].*')[1], '')
        else nullif(trim(json_extract_string({{ value }}, '$.*')[1], '"'), '')
    end
{%- endmacro %}

{% macro otlp_attributes(list, prefix='') -%}
    {#- the two columns in which otlp_value looks up an attribute; each value is converted once,
        since many fields have several names -#}
    [hash(attribute.key) for attribute in {{ list }}] as {{ prefix }}key_hashes,
    [{{ otlp_text('attribute.value', longest=200) }} for attribute in {{ list }}]
        as {{ prefix }}attribute_values
{%- endmacro %}

{% macro otlp_long_text(value) -%}
    {#- a text without a backslash has no quotes in it, so that it cannot be taken for JSON -#}
    if(starts_with({{ value }}, '{"stringValue":"'), {{ otlp_text(value) }}, {{ value }})
{%- endmacro %}

{% macro otlp_raw_attributes(list) -%}
    {#- the same with every value in JSON -#}
    [hash(attribute.key) for attribute in {{ list }}] as key_hashes,
    [attribute.value for attribute in {{ list }}] as attribute_values
{%- endmacro %}
