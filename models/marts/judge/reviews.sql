with

reviews as (

    select * from {{ ref('stg_review_ledger__reviews') }}

),

review_draws as (

    select * from {{ ref('review_draws') }}

),

-- a reviewer's last word counts
by_reviewer as (

    select
        *,
        row_number() over (
            partition by interaction_id, dimension, reviewer
            order by reviewed_at desc, label
        ) as newest_rank

    from reviews

),

by_call as (

    select
        interaction_id,
        dimension,
        count(*) as reviewers,
        count(*) filter (where label = 'failure') as failure_reviews,
        count(*) filter (where label = 'ok') as ok_reviews,
        min(reviewed_at) as first_reviewed_at,
        max(reviewed_at) as last_reviewed_at

    from by_reviewer

    where newest_rank = 1

    group by interaction_id, dimension

),

joined as (

    select
        by_call.interaction_id,
        by_call.dimension,
        by_call.reviewers,
        by_call.failure_reviews,
        by_call.ok_reviews,
        -- reviewers who disagree make an answer partly bad; those who are unsure say nothing
        by_call.failure_reviews
        / cast(nullif(by_call.failure_reviews + by_call.ok_reviews, 0) as double)
            as bad_share,
        by_call.failure_reviews > 0 and by_call.ok_reviews > 0 as is_conflicting,
        by_call.first_reviewed_at,
        by_call.last_reviewed_at,
        review_draws.drawn_at,
        review_draws.review_reason,
        review_draws.review_probability

    from by_call

    left join review_draws on by_call.interaction_id = review_draws.interaction_id

)

select * from joined
