with recursive

judged as (

    select * from {{ ref('int_prediction_errors') }}

),

realised as (

    select
        *,
        row_number() over (
            partition by prediction, use_case
            order by starts_on, decision_id
        ) as place

    from judged

    where status = 'realised'

),

followed as (

    select
        realised.decision_id,
        realised.prediction,
        realised.use_case,
        realised.place,
        min(later.place) as next_place

    from realised

    left join realised as later
        on
            realised.prediction = later.prediction
            and realised.use_case is not distinct from later.use_case
            and realised.ends_on < later.starts_on

    group by all

),

-- overlapping periods share their days: only the first of each is evidence of its own
separated as (

    select * from followed

    where place = 1

    union all

    select followed.*

    from separated

    inner join followed
        on separated.prediction = followed.prediction
            and separated.use_case is not distinct from followed.use_case
            and separated.next_place = followed.place

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
        * {{ exclude_columns(
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
