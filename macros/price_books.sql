{#- prices agreed on, and those of the book #}
{% macro price_books() -%}
    {%- for seed in ['price_overrides', 'model_prices'] %}
    select '{{ seed }}' as price_book, * from {{ ref(seed) }}{{ ' union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
