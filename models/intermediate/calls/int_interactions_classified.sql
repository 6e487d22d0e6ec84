with

interactions as (

    select * from {{ ref('int_interactions_with_evaluations') }}

),

flagged as (

    select
        * {{ exclude_columns('timestamp_utc, split, is_failure') }},
        {{ called_at() }} as timestamp_utc,
        lower(split) as split,
        -- an unknown outcome stays unknown: it is never a success
        coalesce(is_failure, lower(failure_type) != 'none') as is_failure,
        {{ model_latency_ms() }} > {{ knob('sla_ms') }} as is_sla_breach

    from interactions

)

select * from flagged
