{% macro otlp_aliases() -%}
    {#- the names of each field, the one that counts first in front -#}
    {%- set aliases, seed = {}, ref('otel_attribute_aliases') -%}
    {%- if execute -%}
        {%- for row in run_query('select field, attribute_key from ' ~ seed ~ ' order by field, priority, attribute_key').rows -%}
            {%- do aliases.setdefault(row[0], []).append(row[1]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(aliases) }}
{%- endmacro %}

{% macro otlp_value(aliases, field, lists='') -%}
    {#- the first of a field's attributes as JSON; names are compared as hashes, a number each -#}
    {%- set places = [] -%}
    {%- for key in aliases.get(field, [field]) -%}
        {%- do places.append("list_position(" ~ lists ~ "names, hash('" ~ key ~ "'))") -%}
    {%- endfor -%}
    {{ lists }}said[coalesce({{ places | join(', ') }}, null)]
{%- endmacro %}

{% macro otlp_values(aliases, fields, lists='') -%}
    {#- the values of all fields, null where none of their names is there: most spans have none of most -#}
    {
        {%- for field in fields %}
        '{{ field }}': {{ otlp_value(aliases, field, lists) }}{{ ',' if not loop.last }}
        {%- endfor %}
    }
{%- endmacro %}

{% macro otlp_texts(struct, fields) -%}
    {%- for field in fields %}
        {{ otlp_text(struct ~ '.' ~ field) }} as {{ field }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro otlp_text(value) -%}
    {#- the text in {"stringValue":"text"} or {"intValue":7}, of a list its first; most need no JSON parsed -#}
    nullif(case
        when starts_with({{ value }}, '{"stringValue":"') and not contains({{ value }}, '\')
            then substring({{ value }}, 17, length({{ value }}) - 18)
        when starts_with({{ value }}, '{"intValue":"') then substring({{ value }}, 14, length({{ value }}) - 15)
        when starts_with({{ value }}, '{"arrayValue')
            then json_extract_string({{ value }}, '$.arrayValue.values[0].*')[1]
        else json_extract_string({{ value }}, '$.*')[1]
    end, '')
{%- endmacro %}

{% macro otlp_attributes(list) -%}
    {#- the two columns that otlp_value looks in -#}
    [hash(attribute.key) for attribute in {{ list }}] as names,
    [attribute.value for attribute in {{ list }}] as said
{%- endmacro %}
