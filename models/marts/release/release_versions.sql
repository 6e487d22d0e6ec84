with

interactions as {{ not_materialized() }}(

    select
        session_id,
        {{ release_keys() }}

    from {{ ref('interactions') }}

),

release_slices as (

    select * from {{ ref('release_slices') }}

),

release_names as (

    select * from {{ ref('int_release_names') }}

),

totals as (

    select
        version_column,
        version,
        sum(interactions) as interactions,
        -- a session of two slices is counted in both
        sum(sessions) as sessions

    from release_slices

    group by version_column, version

),

sessions_of_several_slices as (

    select session_id

    from interactions

    group by session_id

    having min(slice_code) < max(slice_code)

),

repeats_by_session as (

    select
        {{ version_code() }},
        count(distinct interactions.slice_code) - 1 as repeats

    from interactions

    inner join sessions_of_several_slices
        on interactions.session_id = sessions_of_several_slices.session_id

    group by {{ released_sets(['interactions.session_id']) }}

),

repeats as (

    select
        version_column,
        version_code,
        sum(repeats) as sessions

    from repeats_by_session

    group by version_column, version_code

),

versions as (

    select
        release_names.column_name as version_column,
        release_names.name as version,
        release_names.starts_at,
        release_names.ends_at,
        cast(coalesce(totals.interactions, 0) as bigint) as interactions,
        cast(coalesce(totals.sessions, 0) - coalesce(repeats.sessions, 0) as bigint)
            as sessions

    from release_names

    left join totals
        on
            release_names.column_name = totals.version_column
            and release_names.name = totals.version

    left join repeats
        on
            release_names.column_name = repeats.version_column
            and release_names.code = repeats.version_code

    where release_names.column_name != 'slice'

)

select * from versions
