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
    {#- the text of the first of a field's attributes; names are compared as hashes, a number each -#}
    {%- set found = [] -%}
    {%- for key in aliases.get(field, [field]) -%}
        {%- do found.append(lists ~ "said[list_position(" ~ lists ~ "names, hash('" ~ key ~ "'))]") -%}
    {%- endfor -%}
    coalesce({{ found | join(', ') }}, null)
{%- endmacro %}

{% macro otlp_text(value) -%}
    {#- the text in {"stringValue":"text"} or {"intValue":7}; JSON is parsed only where it must be -#}
    nullif(case
        when {{ value }} is null then null
        when starts_with({{ value }}, '{"arrayValue')
            then json_extract_string({{ value }}, '$.arrayValue.values[0].*')[1]
        when contains({{ value }}, '\') then json_extract_string({{ value }}, '$.*')[1]
        when starts_with({{ value }}, '{"stringValue":"') then substring({{ value }}, 17, length({{ value }}) - 18)
        when starts_with({{ value }}, '{"intValue":"') then substring({{ value }}, 14, length({{ value }}) - 15)
        else json_extract_string({{ value }}, '$.*')[1]
    end, '')
{%- endmacro %}

{% macro otlp_attributes(list) -%}
    {#- the two columns that otlp_value looks in -#}
    [hash(attribute.key) for attribute in {{ list }}] as names,
    [attribute.value for attribute in {{ list }}] as said
{%- endmacro %}
