{{ config(materialized=cheap_view()) }}
{%- set files = files_with_rows('interactions') %}

with

landed as (

    {{ rows_with_day(files) }}

)

select * from landed
