{%- set table = source('provider_invoices', 'lines') -%}
{%- set paths = single_files(telemetry_files(table), table.identifier) -%}

with

files as (
    {% for path in paths %}
    select '{{ (path | replace('\\', '/')).split('/')[-1] | replace("'", "''") }}' as file_name
    {{ 'union all' if not loop.last }}
    {%- else %}
    select cast(null as string) as file_name

    where false
    {%- endfor %}

)

select * from files
