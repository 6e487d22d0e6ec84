{{ config(materialized='table') }}

with

sessions_binned as (

    select * from {{ ref('int_sessions_binned') }}

),

paired as (

    select
        one.window_pair,
        one.is_current,
        one.feature,
        one.bin,
        other.bin as other_bin,
        cast(sum(one.interactions * other.interactions) as double) as products

    from sessions_binned as one

    inner join sessions_binned as other
        on one.window_pair = other.window_pair
            and one.is_current = other.is_current
            and one.feature = other.feature
            and one.session_number = other.session_number

    group by all

),

margins as (

    select
        window_pair,
        is_current,
        feature,
        bin,
        sessions,
        cast(sum(interactions) as double) as interactions,
        cast(sum(interactions * session_rows) as double) as session_products,
        sum(sum(interactions)) over sides as side_rows,
        sum(sum(interactions * session_rows)) over sides as side_squares

    from sessions_binned

    group by
        window_pair,
        is_current,
        feature,
        bin,
        sessions

    window sides as (partition by window_pair, is_current, feature)

),

-- covariance between sessions of the shares of two bins, times rows
covaried as (

    select
        one.window_pair,
        one.is_current,
        one.feature,
        one.bin,
        other.bin as other_bin,
        one.sessions,
        (
            coalesce(paired.products, 0e0)
            - one.session_products * other.interactions / one.side_rows
            - other.session_products * one.interactions / one.side_rows
            + one.side_squares
            * one.interactions / one.side_rows
            * other.interactions / one.side_rows
        ) / one.side_rows * one.sessions / nullif(one.sessions - 1, 0) as row_covariance

    from margins as one

    inner join margins as other
        on one.window_pair = other.window_pair
            and one.is_current = other.is_current
            and one.feature = other.feature

    left join paired
        on one.window_pair = paired.window_pair
            and one.is_current = paired.is_current
            and one.feature = paired.feature
            and one.bin = paired.bin
            and other.bin = paired.other_bin

)

select * from covaried
