{{ config(materialized=cheap_view()) }}
{%- set files = files_with_rows('interactions') %}

with

landed as (
    {% if files %}
    {{ rows_with_day(files) }}
    {% else %}
    select
        *,
        cast(null as string) as landed_file,
        cast(null as date) as loaded_date

    from ({{ typed_file('', contract_columns('interactions')) }}) as nothing
    {% endif %}
)

select * from landed
