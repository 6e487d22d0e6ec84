with

interactions as (

    select * from {{ ref('int_interactions_evaluated') }}

),

flagged as (

    select
        * replace (
            coalesce(
                timestamp_utc, date_utc + to_hours(coalesce(hour_of_day_utc, 0))
            ) as timestamp_utc,
            lower(split) as split,
            -- an unknown outcome stays unknown: it is never a success
            coalesce(is_failure, lower(failure_type) != 'none') as is_failure
        ),
        {{ model_latency_ms() }} > {{ knob('sla_ms') }} as is_sla_breach

    from interactions

)

select * from flagged
