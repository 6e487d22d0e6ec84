with recursive

prediction_errors as (

    select * from {{ ref('int_prediction_errors') }}

),

realised as (

    select
        *,
        row_number() over (
            partition by prediction, use_case
            order by starts_on, decision_id
        ) as period_rank

    from prediction_errors

    where status = 'realised'

),

realised_with_next as (

    select
        realised.decision_id,
        realised.prediction,
        realised.use_case,
        realised.period_rank,
        min(later.period_rank) as next_rank

    from realised

    left join realised as later
        on
            realised.prediction = later.prediction
            and realised.use_case is not distinct from later.use_case
            and realised.ends_on < later.starts_on

    group by all

),

-- overlapping periods share days: only the first of each is independent evidence
disjoint as (

    select *

    from realised_with_next

    where period_rank = 1

    union all

    -- the next period that shares no day with the one before
    select realised_with_next.*

    from disjoint

    inner join realised_with_next
        on disjoint.prediction = realised_with_next.prediction
            and disjoint.use_case is not distinct from realised_with_next.use_case
            and disjoint.next_rank = realised_with_next.period_rank

),

outcomes as (

    select
        prediction_errors.*,
        disjoint.decision_id is not null as is_counted

    from prediction_errors

    left join disjoint
        on
            prediction_errors.decision_id = disjoint.decision_id
            and prediction_errors.prediction = disjoint.prediction
            and prediction_errors.use_case is not distinct from disjoint.use_case

),

outcomes_with_hit_rate as (

    select
        * {{ exclude_columns(
            'predicted_se, sla_ms, failure_event_cost_usd, sla_breach_penalty_usd,'
            ~ ' period_days'
        ) }},
        count(*) filter (where is_counted and is_inside) over same_kind / cast(
            nullif(count(*) filter (where is_counted) over same_kind, 0) as double
        ) as hit_rate

    from outcomes

    window same_kind as (partition by prediction)

)

select * from outcomes_with_hit_rate
