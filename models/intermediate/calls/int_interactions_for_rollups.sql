with

interactions as (

    select
        interaction_date,
        {{ rollup_columns() | join(', ') }}

    from {{ ref('interactions') }}

    where interaction_date is not null

),

restated as (

    select * from {{ ref('int_interactions_backfilled') }}

),

rolled as (

    select * from interactions

    union all

    select * from restated

)

select * from rolled
