{{ config(materialized='table') }}

with

cells as (

    select * from {{ ref('int_slice_cells_counted') }}

),

slices as (

    select * from {{ ref('int_slices_counted') }}

),

session_groups as (

    select
        {{ slice_dimensions('_code') }},
        cast(sum(interactions) as bigint) as interactions,
        cast(sum(failures) as bigint) as failures,
        cast(sum(measured_latencies) as bigint) as measured_latencies,
        cast(sum(sla_breaches) as bigint) as sla_breaches

    from cells

    group by {{ slice_grouping_sets('session_group', '_code') }}

),

summed as (

    select
        {{ slice_dimensions('_code') }},
        {{ clustered_counts('failures', 'interactions') }},
        {{ clustered_counts('sla_breaches', 'measured_latencies') }}

    from session_groups

    group by {{ slice_dimensions('_code') }}

),

metrics as (

    select
        slices.slice,
        'failures' as metric,
        failures.*  -- noqa: RF01

    from summed

    inner join slices on {{ same_slice('summed', 'slices') }}

    union all

    select
        slices.slice,
        'sla_breaches' as metric,
        sla_breaches.*  -- noqa: RF01

    from summed

    inner join slices on {{ same_slice('summed', 'slices') }}

)

select * from metrics
