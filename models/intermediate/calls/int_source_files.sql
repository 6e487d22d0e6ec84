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
        cast(null as string) as source,
        cast(null as string) as file_name,
        cast(null as bigint) as records,
        cast(null as bigint) as unreadable_records

    where false

),

-- where two sources look into one folder, a file is of those that can read it
owned as (

    select *

    from files

    qualify
        records > unreadable_records
        or not coalesce(
            bool_or(records > unreadable_records) over (partition by file_name), false
        )

)

select * from owned
