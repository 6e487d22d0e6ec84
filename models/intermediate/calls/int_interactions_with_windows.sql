{%- set first_day = first_retained_day() -%}
with

interactions as (

    select * from {{ ref('int_interactions_classified') }}

),

sessions as (

    select * from {{ ref('int_session_windows') }}

),

splits as (

    select count(split) > 0 as is_in_interactions

    from {{ ref('int_interactions_unioned') }}
    {{ 'where ' ~ business_date(called_at()) ~ ' >= ' ~ first_day if first_day }}

),

summaries as (

    select count(split) > 0 as is_in_sessions

    from {{ ref('int_session_windows') }}

),

calls_with_split as (

    select
        interactions.* {{ exclude_columns('split') }},
        if(splits.is_in_interactions, interactions.split, sessions.split) as split,
        splits.is_in_interactions or summaries.is_in_sessions as is_dataset_split,
        if(interactions.timestamp_utc is null, null, sessions.decision_window)
            as decision_window,
        if(interactions.timestamp_utc is null, null, sessions.drift_window)
            as drift_window

    from interactions

    cross join splits

    cross join summaries

    left join sessions
        on interactions.session_id is not distinct from sessions.session_id

),

calls_with_windows as (

    select
        * {{ exclude_columns('is_dataset_split, decision_window') }},
        case
            when not is_dataset_split then decision_window
            when timestamp_utc is null then null
            when split = 'train' then 'history'
            when split = 'val' then 'calibration'
            when split = 'test' then 'evaluation'
        end as decision_window

    from calls_with_split

)

select * from calls_with_windows
