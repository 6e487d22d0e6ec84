with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

begun as (

    select
        max(interaction_date) as as_of_date,
        cast(
            greatest(min(interaction_date), date_trunc('month', max(interaction_date)))
            as date
        ) as starts_on,
        last_day(max(interaction_date)) as ends_on

    from health_by_day

    having max(interaction_date) is not null

)

select * from begun
