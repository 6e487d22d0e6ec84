-- A kind of failure that is in no row, or in two, hides where the failures are.
with

failure_types as (

    select * from {{ ref('failure_types') }}

),

interactions as (

    select * from {{ ref('interactions') }}

),

by_type as (

    select coalesce(sum(interactions), 0) as failures from failure_types

),

counted as (

    select count(*) filter (where is_failure) as failures from interactions

)

select
    by_type.failures as typed_failures,
    counted.failures as counted_failures

from by_type

cross join counted

where by_type.failures != counted.failures
