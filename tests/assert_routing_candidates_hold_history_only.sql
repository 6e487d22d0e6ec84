-- A policy chosen on rows it is judged by would judge itself.
with

routing_candidates as (

    select * from {{ ref('routing_candidates') }}

),

interactions as (

    select * from {{ ref('interactions') }}

),

candidates_counted as (

    select
        use_case,
        model_name,
        sum(interactions) as counted_interactions

    from routing_candidates

    group by all

),

history_counted as (

    select
        use_case,
        model_name,
        count(*) as history_interactions

    from interactions

    where
        decision_window = 'history'
        and use_case is not null
        and model_name is not null

    group by all

)

select
    history_counted.*,
    candidates_counted.*

from history_counted

full outer join candidates_counted
    on
        history_counted.use_case = candidates_counted.use_case
        and history_counted.model_name = candidates_counted.model_name

where
    history_counted.history_interactions
    is distinct from candidates_counted.counted_interactions
