-- the one step that types files: what it writes, the views beside it read
{{ config(materialized='table') }}

with

landed_files as (
    {% for table in contract_tables() %}
    {{ land(table, source('telemetry_csv', table)) }}

    union all
    {% endfor %}
    {{ empty_file_catalog() }}
)

select * from landed_files
