{#- several rules of one relation in one query, which reads a view twice at most; names each rule that is
    broken, by how many rows or keys -#}
{% test rules_hold(model, unique=[], not_null=[], accepted={}) %}

    {%- set repeated, broken_by, counts = [], {}, [] -%}
    {%- for columns in unique -%}
    {%- do repeated.append(
        "select 'unique " ~ columns | join(', ') ~ "' as rule, count(*) as broken from (select 1 from " ~ model
        ~ (' where ' ~ columns[0] ~ ' is not null' if columns | length == 1 else '')
        ~ ' group by ' ~ columns | join(', ') ~ ' having count(*) > 1) as repeated'
    ) -%}
    {%- endfor -%}
    {%- for column in not_null -%}
    {%- do broken_by.update({'not_null ' ~ column: column ~ ' is null'}) -%}
    {%- endfor -%}
    {%- for column, values in accepted.items() -%}
    {%- do broken_by.update({'accepted ' ~ column: column ~ " not in ('" ~ values | join("', '") ~ "')"}) -%}
    {%- endfor -%}
    {%- for rule, condition in broken_by.items() -%}
    {%- do counts.append("{'rule': '" ~ rule ~ "', 'broken': count(*) filter (where " ~ condition ~ ')}') -%}
    {%- endfor -%}
    {%- if counts -%}
    {%- do repeated.append('select unnest([' ~ counts | join(', ') ~ '], recursive := true) from ' ~ model) -%}
    {%- endif -%}
    {{ logged_rows('select rule, broken from (' ~ repeated | join(' union all ') ~ ') as rules where broken > 0', model.identifier) }}

{% endtest %}
