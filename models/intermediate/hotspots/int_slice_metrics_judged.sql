{{ config(materialized='table') }}

with

slices as (

    select * from {{ ref('int_slices_counted') }}

),

slice_metrics as (

    select * from {{ ref('int_slice_tests') }}

),

explained as (

    select * from {{ ref('int_slice_redundancy') }}

),

judged as (

    select
        slice_metrics.* {{ exclude_columns('verdict') }},
        case
            when slice_metrics.verdict != 'hotspot' then slice_metrics.verdict
            when slices.slice != slices.same_rows_as then 'same_rows'
            when explained.explained_by is not null then 'explained'
            else 'hotspot'
        end as verdict,
        case
            when slice_metrics.verdict != 'hotspot' then null
            when slices.slice != slices.same_rows_as then slices.same_rows_as
            else explained.explained_by
        end as explained_by

    from slice_metrics

    inner join slices on slice_metrics.slice = slices.slice

    left join explained
        on
            slice_metrics.slice = explained.slice
            and slice_metrics.metric = explained.metric

)

select * from judged
