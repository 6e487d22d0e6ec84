{% macro from_sources(table, columns) -%}
    {#- the rows of every source that is on and has the table, typed; else no row -#}
    {%- for source in sources_on(table) %}
    select
        {% for name in columns %}{{ name }}, {% endfor %}'{{ source }}' as source

    from {{ ref('stg_' ~ source ~ '__' ~ table) }}

    union all
    {% endfor %}
    select
        {% for name, type in columns.items() -%}
        cast(null as {{ type }}) as {{ name }},
        {% endfor -%}
        cast(null as string) as source

    where false
{%- endmacro %}
