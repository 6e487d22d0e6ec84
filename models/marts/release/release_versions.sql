with

interactions as (

    select * from {{ ref('int_release_rows') }}

),

counted as (

    select
        {{ released_version() }},
        count(*) as interactions,
        count(distinct session_number) as sessions,
        min(timestamp_utc) as starts_at,
        max(timestamp_utc) as ends_at

    from interactions

    group by {{ released_sets() }}

),

known_versions as (

    select * from counted

    where version is not null

)

select * from known_versions
