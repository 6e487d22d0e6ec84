{% macro span_attribute(path) -%}
    {#- it may be a column of its own or a field of `attributes`, nested or not -#}
    {{ return([
        'span."attributes.' ~ path ~ '"', 'attributes."' ~ path ~ '"', 'attributes.' ~ path,
    ]) }}
{%- endmacro %}

{% macro flat_attribute(path) -%}
    {{ return(['span."attributes.' ~ path ~ '"', 'attributes."' ~ path ~ '"']) }}
{%- endmacro %}

{% macro nested_paths(paths, flat=[]) -%}
    {#- for json_fields: a.b.c both as one name and as nested fields, flat ones as names alone -#}
    {%- set tree = {'': paths + flat} -%}
    {%- for path in paths if '.' in path -%}
        {%- set words, ns = path.split('.'), namespace(node=tree) -%}
        {%- for word in words[:-1] -%}
            {%- if word not in ns.node -%}
                {%- do ns.node.update({word: {'': []}}) -%}
            {%- endif -%}
            {%- set ns.node = ns.node[word] -%}
        {%- endfor -%}
        {%- do ns.node[''].append(words[-1]) -%}
    {%- endfor -%}
    {{ return(tree) }}
{%- endmacro %}

{% macro span_keys(name) -%}
    {{ return(['span."context.' ~ name ~ '"', 'span.context.' ~ name, 'span.' ~ name]) }}
{%- endmacro %}

{% macro evaluation_columns(record) -%}
    {#- as entries of a map, because evaluators choose the names -#}
    case when regexp_matches({{ record }}, '"(eval|annotation)[.]') then list_filter(
        map_entries(from_json({{ record }}, '"MAP(VARCHAR, VARCHAR)"')),
        lambda entry: regexp_matches(entry.key, '^(eval|annotation)[.].+[.](label|score)$')
            and entry.value is not null
    ) end
{%- endmacro %}
