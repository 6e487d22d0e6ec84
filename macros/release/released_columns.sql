{% macro released_columns() -%}
    {#- what a release can be: the columns that the gate compares two values of -#}
    prompt_version, model_name, model_provider, week
{%- endmacro %}

{% macro released_pairs() -%}
    {#- the same columns, two together that have few combinations: rows are counted by these first,
        and each column from the counts -#}
    prompt_version, week; model_name, model_provider
{%- endmacro %}

{% macro pair_codes(pair) -%}
    {{ pair | replace(', ', '_code, ') }}_code
{%- endmacro %}

{% macro released_sets(others=[], columns='', everything=true) -%}
    {#- one grouping set per such column, and one of everything together -#}
    grouping sets (
        {%- for column in (columns or released_columns()).split(', ') %}
        ({{ ([column ~ '_code'] + others) | join(', ') }})
        {{- ',' if everything or not loop.last }}
        {%- endfor %}
        {%- if everything %}
        ({{ others | join(', ') }})
        {%- endif %}
    )
{%- endmacro %}
