-- A kind of failure that is in no day, or in two, hides where the failures are.
with

failure_types as (

    select * from {{ ref('failure_types') }}

),

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

interactions as (

    select * from {{ ref('interactions') }}

),

by_type as (

    select coalesce(sum(interactions), 0) as failures from failure_types

),

by_day as (

    select coalesce(sum(failures), 0) as failures from health_by_day

),

undated as (

    -- they belong to no day
    select count(*) filter (where is_failure) as failures

    from interactions

    where interaction_date is null

)

select
    by_type.failures as typed_failures,
    by_day.failures as dated_failures,
    undated.failures as undated_failures

from by_type

cross join by_day

cross join undated

where by_type.failures != by_day.failures + undated.failures
