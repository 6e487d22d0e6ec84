-- A value measured on rows the policy was chosen on flatters the policy.
with

routing_outcomes as (

    select * from {{ ref('routing_outcomes') }}

),

interactions as (

    select * from {{ ref('interactions') }}

),

outcomes_counted as (

    select
        use_case,
        model_name,
        sum(interactions) as counted_interactions

    from routing_outcomes

    group by all

),

evaluation_counted as (

    select
        use_case,
        model_name,
        count(*) as evaluation_interactions

    from interactions

    where
        decision_window = 'evaluation'
        and use_case is not null
        and model_name is not null

    group by all

)

select
    evaluation_counted.*,
    outcomes_counted.*

from evaluation_counted

full outer join outcomes_counted
    on
        evaluation_counted.use_case = outcomes_counted.use_case
        and evaluation_counted.model_name = outcomes_counted.model_name

where
    evaluation_counted.evaluation_interactions
    is distinct from outcomes_counted.counted_interactions
