{% macro list_of(items) -%}
    {{ 'array(' ~ items ~ ')' if target.type == 'spark' else '[' ~ items ~ ']' }}
{%- endmacro %}

{# places count from 1 #}
{% macro item_of(list, place) -%}
    {%- if target.type == 'spark' -%}
    element_at({{ list }}, cast({{ place }} as integer))
    {%- else -%}
    {{ list }}[{{ place }}]
    {%- endif -%}
{%- endmacro %}

{% macro length_of(list) -%}
    {{ 'size' if target.type == 'spark' else 'len' }}({{ list }})
{%- endmacro %}

{# from 0 to `count` - 1 #}
{% macro numbers_below(count) -%}
    {%- if target.type == 'spark' -%}
    filter(sequence(0, {{ count }}), number -> number < {{ count }})
    {%- else -%}
    range({{ count }})
    {%- endif -%}
{%- endmacro %}

{# from `first` to `last`, which is no less #}
{% macro numbers_between(first, last) -%}
    {%- if target.type == 'spark' -%}
    sequence({{ first }}, {{ last }})
    {%- else -%}
    range({{ first }}, {{ last }} + 1)
    {%- endif -%}
{%- endmacro %}

{# the list of `expression` for each item, which the expression calls `name` #}
{% macro for_each(list, name, expression) -%}
    {%- if target.type == 'spark' -%}
    transform({{ list }}, {{ name }} -> {{ expression }})
    {%- else -%}
    list_transform({{ list }}, lambda {{ name }}: {{ expression }})
    {%- endif -%}
{%- endmacro %}

{# added in the order of the list; null for an empty list #}
{% macro sum_of_items(list) -%}
    {%- if target.type == 'spark' -%}
    aggregate(
        {{ list }}, cast(null as double), (total, item) -> coalesce(total, 0e0) + item
    )
    {%- else -%}
    list_sum({{ list }})
    {%- endif -%}
{%- endmacro %}

{% macro median_of_items(list) -%}
    {%- if target.type == 'spark' -%}
    element_at(transform(
        array(array_sort({{ list }})),
        items -> (items[(size(items) - 1) div 2] + items[size(items) div 2]) / 2
    ), 1)
    {%- else -%}
    list_median({{ list }})
    {%- endif -%}
{%- endmacro %}

{# aggregates the values of a group, in the order of their keys #}
{% macro listed(value, key) -%}
    {%- if target.type == 'spark' -%}
    transform(
        array_sort(collect_list(struct({{ key }} as list_key, {{ value }} as list_value))),
        item -> item.list_value
    )
    {%- else -%}
    list({{ value }} order by {{ key }})
    {%- endif -%}
{%- endmacro %}

{# one row per item of a list #}
{% macro row_for_each(list) -%}
    {{ 'explode' if target.type == 'spark' else 'unnest' }}({{ list }})
{%- endmacro %}

{# one row per place of two lists, with the item of each, or null beyond the end of the shorter #}
{% macro row_for_each_pair(list, name, other, other_name) -%}
    {%- if target.type == 'spark' -%}
    inline(arrays_zip({{ list }}, {{ other }})) as ({{ name }}, {{ other_name }})
    {%- else -%}
    unnest({{ list }}) as {{ name }}, unnest({{ other }}) as {{ other_name }}
    {%- endif -%}
{%- endmacro %}

{% macro without_nulls(list) -%}
    {%- if target.type == 'spark' -%}
    array_compact({{ list }})
    {%- else -%}
    list_filter({{ list }}, lambda item: item is not null)
    {%- endif -%}
{%- endmacro %}
