with

days_clustered as (

    select * from {{ ref('int_days_clustered') }}

),

shown as (

    select
        interaction_date,
        budget,
        session_variance,
        row_variance

    from days_clustered
    {{ carry_forward('event_variance_by_day') }}

)

select * from shown
