{{ config(materialized='ephemeral') }}

with

reviews as (

    select * from {{ ref('reviews') }}

),

-- two reviewers of one answer, in no order
pairs as (

    select
        dimension,
        cast(count(*) as double) as pairs,
        avg(if(is_conflicting, 0e0, 1e0)) as agreement,
        avg(bad_share) as bad_share

    from reviews

    where failure_reviews + ok_reviews = 2

    group by dimension

),

-- by chance, two who call an answer bad as often as each other agree p^2 + (1 - p)^2
agreement as (

    select
        dimension,
        pairs,
        agreement,
        (agreement - by_chance) / nullif(1 - by_chance, 0) as kappa,
        sqrt(agreement * (1 - agreement) / pairs) / nullif(1 - by_chance, 0) as kappa_se

    from (
        select
            *,
            bad_share * bad_share + (1 - bad_share) * (1 - bad_share) as by_chance
        from pairs
    ) as with_chance

),

-- an interval holds from 120 pairs on
with_low as (

    select
        *,
        if(pairs >= 120, kappa - 1.959963984540054e0 * kappa_se, null) as kappa_low

    from agreement

)

select * from with_low
