{% macro rollup_rows(interactions, backfilled) -%}
    {#- the interactions of the days whose rollups this build makes -#}
    select interaction_date, {{ rollup_columns() | join(', ') }}

    from {{ interactions }}

    where interaction_date is not null

    union all

    select * from {{ backfilled }}
{%- endmacro %}
