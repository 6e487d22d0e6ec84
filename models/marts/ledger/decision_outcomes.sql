with recursive

judged as (

    select * from {{ ref('int_outcomes_judged') }}

),

realised as (

    select
        decision_id,
        prediction,
        use_case,
        starts_on,
        ends_on

    from judged

    where status = 'realised'

),

-- overlapping periods share their days: only the first of each is evidence of its own
first_of_kind as (

    select * from realised

    qualify row_number() over (
            partition by prediction, use_case
            order by starts_on, decision_id
        ) = 1

),

next_of_kind as (

    select
        realised.decision_id as after_decision_id,
        later.*

    from realised

    inner join realised as later
        on
            realised.prediction = later.prediction
            and realised.use_case is not distinct from later.use_case
            and realised.ends_on < later.starts_on

    qualify row_number() over (
            partition by realised.prediction, realised.use_case, realised.decision_id
            order by later.starts_on, later.decision_id
        ) = 1

),

separated as (

    select
        decision_id,
        prediction,
        use_case

    from first_of_kind

    union all

    select
        next_of_kind.decision_id,
        next_of_kind.prediction,
        next_of_kind.use_case

    from separated

    inner join next_of_kind
        on
            separated.decision_id = next_of_kind.after_decision_id
            and separated.prediction = next_of_kind.prediction
            and separated.use_case is not distinct from next_of_kind.use_case

),

counted as (

    select
        judged.*,
        separated.decision_id is not null as is_counted

    from judged

    left join separated
        on
            judged.decision_id = separated.decision_id
            and judged.prediction = separated.prediction
            and judged.use_case is not distinct from separated.use_case

),

rated as (

    select
        * {{ leaving_out(
            'predicted_se, sla_ms, failure_event_cost_usd, sla_breach_penalty_usd,'
            ~ ' period_days'
        ) }},
        count(*) filter (where is_counted and is_inside) over same_kind / cast(
            nullif(count(*) filter (where is_counted) over same_kind, 0) as double
        ) as hit_rate

    from counted

    window same_kind as (partition by prediction)

)

select * from rated
