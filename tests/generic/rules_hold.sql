{#- several rules of one relation in one query; names each that is broken, by how many rows or keys -#}
{% test rules_hold(model, unique=[], not_null=[], accepted={}) %}

    {%- set rules = [] -%}
    {%- for columns in unique -%}
    {%- do rules.append(
        "select 'unique " ~ columns | join(', ') ~ "' as rule, count(*) as broken from (select 1 from " ~ model
        ~ (' where ' ~ columns[0] ~ ' is not null' if columns | length == 1 else '')
        ~ ' group by ' ~ columns | join(', ') ~ ' having count(*) > 1) as repeated'
    ) -%}
    {%- endfor -%}
    {%- for column in not_null -%}
    {%- do rules.append("select 'not_null " ~ column ~ "' as rule, count(*) as broken from " ~ model ~ ' where ' ~ column ~ ' is null') -%}
    {%- endfor -%}
    {%- for column, values in accepted.items() -%}
    {%- do rules.append("select 'accepted " ~ column ~ "' as rule, count(*) as broken from " ~ model ~ ' where ' ~ column ~ " not in ('" ~ values | join("', '") ~ "')") -%}
    {%- endfor -%}
    {{ logged_rows('select rule, broken from (' ~ rules | join(' union all ') ~ ') as rules where broken > 0', model.identifier) }}

{% endtest %}
