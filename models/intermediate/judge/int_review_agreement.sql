{{ config(materialized='ephemeral') }}

with

interactions as (

    select * from {{ ref('interactions') }}

),

reviews as (

    select * from {{ ref('reviews') }}

),

-- the unsure say nothing, and a single label has none to agree with
sessions as (

    select
        reviews.dimension,
        interactions.session_id,
        cast(sum(reviews.failure_reviews) as double) as failures,
        cast(sum(reviews.ok_reviews) as double) as passes,
        cast(count(*) filter (where reviews.failure_reviews > 0) as double)
            as failed_answers,
        cast(count(*) filter (where reviews.ok_reviews > 0) as double)
            as passed_answers,
        {{ exact_sum(
            'reviews.failure_reviews * reviews.ok_reviews
            / cast(reviews.failure_reviews + reviews.ok_reviews - 1 as double)'
        ) }} as disputes

    from reviews

    inner join interactions on reviews.interaction_id = interactions.interaction_id

    where reviews.failure_reviews + reviews.ok_reviews > 1

    group by reviews.dimension, interactions.session_id

),

totals as (

    select
        dimension,
        sum(failures) as all_failures,
        sum(passes) as all_passes,
        {{ exact_sum('disputes') }} as all_disputes,
        least(sum(failed_answers), sum(passed_answers)) as rarer_answers,
        least({{ effective_number('failures') }}, {{ effective_number('passes') }})
            as rarer_sessions

    from sessions

    group by dimension

),

-- alpha without each session, from the sums
left_out as (

    select
        totals.*,
        {{ krippendorffs_alpha('all_failures', 'all_passes', 'all_disputes') }}
            as alpha,
        {{ krippendorffs_alpha(
            '(all_failures - failures)', '(all_passes - passes)',
            'all_disputes - disputes'
        ) }} as alpha_without

    from sessions

    inner join totals on sessions.dimension = totals.dimension

),

alphas as (

    select
        dimension,
        all_failures + all_passes as labels,
        1 - 2 * all_disputes / (all_failures + all_passes) as agreement,
        alpha,
        greatest(all_failures, all_passes) / (all_failures + all_passes) as scale,
        rarer_answers,
        rarer_sessions,
        {{ jackknife_variance('alpha', 'alpha_without') }} as variance,
        {{ agreement_quantile('rarer_sessions') }} as quantile

    from left_out

    group by
        dimension,
        all_failures,
        all_passes,
        all_disputes,
        rarer_answers,
        rarer_sessions,
        alpha

),

intervals as (

    select
        dimension,
        labels,
        agreement,
        alpha,
        rarer_sessions,
        {{ agreement_end('alpha', 'labels', '-') }} as alpha_low,
        {{ agreement_end('alpha', 'labels', '+') }} as alpha_high

    from alphas

),

-- fewer labels leave an interval so wide that good reviewers would be refused for it
review_agreement as (

    select
        * {{ exclude_columns('rarer_sessions') }},
        coalesce(
            labels >= 2 * {{ least_agreement_labels() }}
            and rarer_sessions >= {{ knob('quality_min_sessions') }}
            and alpha_low < 0.4e0,
            false
        ) as has_disagreement

    from intervals

)

select * from review_agreement
