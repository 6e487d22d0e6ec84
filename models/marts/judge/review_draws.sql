with

draws as (

    select * from {{ ref('stg_review_ledger__draws') }}

),

-- a call is drawn once; what a later run would have drawn is not a second chance
first_draws as (

    select
        *,
        row_number() over (partition by interaction_id order by drawn_at, policy_id)
            as draw_rank

    from draws

),

review_draws as (

    select
        interaction_id,
        drawn_at,
        review_reason,
        review_probability,
        policy_id

    from first_draws

    where draw_rank = 1

)

select * from review_draws
