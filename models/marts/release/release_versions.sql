with

release_rows as (

    select * from {{ ref('int_release_rows') }}

),

release_names as (

    select * from {{ ref('int_release_names') }}

),

versions as (

    select
        {{ version_code() }},
        count(*) as interactions,
        count(distinct session_number) as sessions,
        min(timestamp_utc) as starts_at,
        max(timestamp_utc) as ends_at

    from release_rows

    group by {{ released_sets() }}

),

named as (

    select
        versions.* {{ exclude_columns('version_code') }},
        release_names.name as version

    from versions

    inner join release_names
        on
            versions.version_column = release_names.column_name
            and versions.version_code = release_names.code

)

select * from named
