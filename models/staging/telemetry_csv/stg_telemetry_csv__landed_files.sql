-- the only step that types files; the views of the contract's tables read what it writes
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
