{% macro list_of(items) %}{{ 'array(' ~ items ~ ')' if target.type == 'spark' else '[' ~ items ~ ']' }}{% endmacro %}

{# the first place is 1 #}
{% macro item_of(list, place) %}{{ 'element_at(' ~ list ~ ', cast(' ~ place ~ ' as integer))' if target.type == 'spark' else list ~ '[' ~ place ~ ']' }}{% endmacro %}

{% macro length_of(list) %}{{ 'size' if target.type == 'spark' else 'len' }}({{ list }}){% endmacro %}

{# the numbers from 0, as many as `count` says #}
{% macro numbers_below(count) %}{{ 'filter(sequence(0, ' ~ count ~ '), number -> number < ' ~ count ~ ')' if target.type == 'spark' else 'range(' ~ count ~ ')' }}{% endmacro %}

{# `expression` for each item, which it calls `name` #}
{% macro for_each(list, name, expression) %}{{ 'transform(' ~ list ~ ', ' ~ name ~ ' -> ' if target.type == 'spark' else 'list_transform(' ~ list ~ ', lambda ' ~ name ~ ': ' }}{{ expression }}){% endmacro %}

{# in the order of the list; null of none #}
{% macro sum_of_items(list) %}{{ 'aggregate(' ~ list ~ ', cast(null as double), (total, item) -> coalesce(total, 0e0) + item)' if target.type == 'spark' else 'list_sum(' ~ list ~ ')' }}{% endmacro %}

{% macro median_of_items(list) %}{{ 'element_at(transform(array(array_sort(' ~ list ~ ')), items -> (items[(size(items) - 1) div 2] + items[size(items) div 2]) / 2), 1)' if target.type == 'spark' else 'list_median(' ~ list ~ ')' }}{% endmacro %}

{# the aggregate of a group's values, in the order of their keys #}
{% macro listed(value, key) %}{{ 'transform(array_sort(collect_list(struct(' ~ key ~ ' as list_key, ' ~ value ~ ' as list_value))), item -> item.list_value)' if target.type == 'spark' else 'list(' ~ value ~ ' order by ' ~ key ~ ')' }}{% endmacro %}

{# a row for each item of a list #}
{% macro row_for_each(list) %}{{ 'explode' if target.type == 'spark' else 'unnest' }}({{ list }}){% endmacro %}

{# a row for each place of two lists, with what either has there #}
{% macro row_for_each_pair(list, name, other, other_name) %}{{ 'inline(arrays_zip(' ~ list ~ ', ' ~ other ~ ')) as (' ~ name ~ ', ' ~ other_name ~ ')' if target.type == 'spark' else 'unnest(' ~ list ~ ') as ' ~ name ~ ', unnest(' ~ other ~ ') as ' ~ other_name }}{% endmacro %}

{% macro without_nulls(list) %}{{ 'array_compact(' ~ list ~ ')' if target.type == 'spark' else 'list_filter(' ~ list ~ ', lambda item: item is not null)' }}{% endmacro %}
