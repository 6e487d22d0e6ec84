{{ config(materialized='table') }}

with

session_bins as (

    select * from {{ ref('int_drift_session_bins') }}

),

windows as (

    select
        window_number,
        cast(count(distinct session_number) as double) as sessions

    from session_bins

    group by window_number

),

bin_pairs as (

    select
        one.window_number,
        one.feature_number,
        one.bin_number,
        other.bin_number as other_bin_number,
        sum(one.interactions) as interactions,
        cast(sum(one.interactions * other.interactions) as double) as products

    from session_bins as one

    inner join session_bins as other
        on one.session_number = other.session_number
            and one.feature_number = other.feature_number

    group by all

),

bins as (

    select distinct
        window_pair,
        is_current,
        window_number,
        feature,
        feature_number,
        bin,
        bin_number

    from session_bins

),

bin_totals as (

    select
        window_number,
        feature_number,
        bin_number,
        -- that of the bin with itself
        cast(max(interactions) as double) as interactions,
        sum(products) as session_products,
        sum(max(interactions)) over window_features as window_rows,
        sum(sum(products)) over window_features as window_squares

    from bin_pairs

    group by
        window_number,
        feature_number,
        bin_number

    window window_features as (partition by window_number, feature_number)

),

named_bins as (

    select
        bins.*,
        bin_totals.interactions,
        bin_totals.session_products,
        bin_totals.window_rows,
        bin_totals.window_squares,
        windows.sessions

    from bins

    inner join bin_totals
        on bins.window_number = bin_totals.window_number
            and bins.feature_number = bin_totals.feature_number
            and bins.bin_number is not distinct from bin_totals.bin_number

    inner join windows on bins.window_number = windows.window_number

),

-- covariance between sessions of the shares of two bins, times rows
covariances as (

    select
        one.window_pair,
        one.is_current,
        one.feature,
        one.bin,
        other.bin as other_bin,
        one.sessions,
        (
            coalesce(bin_pairs.products, 0e0)
            - one.session_products * other.interactions / one.window_rows
            - other.session_products * one.interactions / one.window_rows
            + one.window_squares
            * one.interactions / one.window_rows
            * other.interactions / one.window_rows
        ) / one.window_rows * one.sessions / nullif(one.sessions - 1, 0)
            as row_covariance

    from named_bins as one

    inner join named_bins as other
        on one.window_number = other.window_number
            and one.feature_number = other.feature_number

    left join bin_pairs
        on one.window_number = bin_pairs.window_number
            and one.feature_number = bin_pairs.feature_number
            and one.bin_number is not distinct from bin_pairs.bin_number
            and other.bin_number is not distinct from bin_pairs.other_bin_number

)

select * from covariances
