with

interactions as (

    select * from {{ ref('int_interactions_grouped') }}

),

sessions as (

    select * from {{ ref('int_sessions_windowed') }}

),

splits as (

    select count(split) > 0 as is_in_interactions from interactions

),

placed as (

    select
        interactions.* replace (
            if(splits.is_in_interactions, interactions.split, sessions.split) as split
        ),
        if(interactions.timestamp_utc is null, null, sessions.decision_window)
            as decision_window,
        if(interactions.timestamp_utc is null, null, sessions.drift_window)
            as drift_window

    from interactions

    cross join splits

    left join sessions
        on interactions.session_id is not distinct from sessions.session_id

),

method as (

    select count(split) > 0 as is_dataset_split from placed

),

windowed as (

    select
        placed.* replace (
            case
                when not method.is_dataset_split then placed.decision_window
                when placed.timestamp_utc is null then null
                when placed.split = 'train' then 'history'
                when placed.split = 'val' then 'calibration'
                when placed.split = 'test' then 'evaluation'
            end as decision_window
        )

    from placed

    cross join method

)

select * from windowed
