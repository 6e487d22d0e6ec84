{{ config(materialized='table') }}

with

bins_counted as (

    select * from {{ ref('int_bins_counted') }}

),

paired as (

    select
        window_pair,
        feature,
        feature_type,
        bin,
        coalesce(sum(interactions) filter (where not is_current), 0) as reference_rows,
        coalesce(sum(interactions) filter (where is_current), 0) as current_rows

    from bins_counted

    group by all

),

shared as (

    select
        *,
        count(*) over features as bins,
        cast(sum(reference_rows) over features as double) as reference_total,
        cast(sum(current_rows) over features as double) as current_total,
        reference_rows / reference_total as reference_share,
        current_rows / current_total as current_share,
        (reference_rows + current_rows) / (reference_total + current_total)
            as pooled_share

    from paired

    window features as (partition by window_pair, feature)

    -- two sides, or nothing to compare
    qualify reference_total > 0 and current_total > 0

)

select * from shared
