with

interactions as (

    select * from {{ ref('interactions') }}

),

memberships as (

    select
        session_id,
        timestamp_utc,
        count(split) over () > 0 as is_dataset_split,
        {{ row_for_each(list_of("decision_window, 'drift_' || drift_window")) }}
            as window_name

    from interactions

),

bounded as (

    select
        window_name,
        case window_name
            when 'calibration' then 'history'
            when 'evaluation' then 'history'
            when 'drift_current' then 'drift_reference'
        end as earlier_window,
        bool_or(is_dataset_split) as is_dataset_split,
        min(timestamp_utc) as starts_at,
        max(timestamp_utc) as ends_at,
        count(*) as interactions,
        count(distinct session_id) as sessions

    from memberships

    where window_name is not null

    group by all

),

placed as (

    select
        bounded.window_name,
        count(*) filter (
            where interactions.timestamp_utc
            between bounded.starts_at and bounded.ends_at
        ) as period_interactions,
        count(*) filter (
            where bounded.window_name in (
                interactions.decision_window, 'drift_' || interactions.drift_window
            )
            and interactions.timestamp_utc <= earlier.ends_at
        ) as overlapping_interactions

    from bounded

    cross join interactions

    left join bounded as earlier on bounded.earlier_window = earlier.window_name

    group by all

),

measured as (

    select
        bounded.window_name,
        bounded.earlier_window,
        if(
            bounded.is_dataset_split and bounded.window_name not like 'drift_%',
            'dataset_split',
            'time_split'
        ) as window_method,
        bounded.starts_at,
        bounded.ends_at,
        bounded.interactions,
        bounded.sessions,
        placed.overlapping_interactions,
        placed.overlapping_interactions / cast(bounded.interactions as double)
            as overlap_rate,
        bounded.interactions / cast(placed.period_interactions as double)
            as sampling_fraction

    from bounded

    inner join placed on bounded.window_name = placed.window_name

)

select * from measured
