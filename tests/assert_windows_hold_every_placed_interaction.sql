-- What a window loses or counts twice would be missing from every decision made on it.
with

interactions as (

    select * from {{ ref('interactions') }}

),

windows as (

    select * from {{ ref('windows') }}

),

placed as (

    select decision_window as window_name

    from interactions

    where decision_window is not null

    union all

    select 'drift_' || drift_window as window_name

    from interactions

    where drift_window is not null

),

placed_counted as (

    select
        window_name,
        count(*) as placed_interactions

    from placed

    group by all

)

select
    placed_counted.*,
    windows.window_name as held_by,
    windows.interactions

from placed_counted

full outer join windows on placed_counted.window_name = windows.window_name

where placed_counted.placed_interactions is distinct from windows.interactions
