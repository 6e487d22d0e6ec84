with

files as (
    {%- for source in sources_on() if source != 'telemetry_csv' %}
    select
        '{{ source }}' as source,
        file_name,
        records,
        unreadable_records

    from {{ ref('stg_' ~ source ~ '__files') }}

    union all
    {% endfor %}
    select
        cast(null as varchar) as source,
        cast(null as varchar) as file_name,
        cast(null as bigint) as records,
        cast(null as bigint) as unreadable_records

    where false

)

select * from files
