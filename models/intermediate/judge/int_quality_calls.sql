{{ config(materialized='ephemeral') }}

with

interactions as (

    select * from {{ ref('interactions') }}

),

batches as (

    select * from {{ ref('stg_review_ledger__batches') }}

),

review_draws as (

    select * from {{ ref('review_draws') }}

),

reviews as (

    select * from {{ ref('reviews') }}

),

scores as (

    select * from {{ ref('int_evaluator_scores') }}

),

prompt_categories as (

    {{ with_own_rows(ref('prompt_categories'), 'prompt_id') }}

),

-- with neither labels nor scores there is nothing to state of any call
reviewed_batches as (

    select * from batches

    where exists (select 1 from reviews) or exists (select 1 from scores)

),

-- an answer may be reviewed in several respects; without reviews one is refused
dimensions as (

    select dimension from reviews

    union

    select 'bad_answer' as dimension
    from reviewed_batches

    where not exists (select 1 from reviews)

),

session_starts as (

    {{ session_starts('reviewed_batches') }}

),

newest as (

    select
        max(covers_until) as covers_until,
        max(drawn_at) as drawn_at

    from reviewed_batches

),

-- 'none' is no evaluator: the rate from labels alone
evaluators as (

    select
        evaluator,
        evaluator_version,
        min(sample_share) as sample_share

    from scores

    group by evaluator, evaluator_version

    union all

    select
        'none' as evaluator,
        '' as evaluator_version,
        1e0 as sample_share

    from newest

    where covers_until is not null

),

population as (

    select
        interactions.interaction_id,
        interactions.session_id,
        interactions.interaction_date,
        concat(
            coalesce(interactions.model_provider, 'unknown'), '/',
            coalesce(interactions.model_name, 'unknown')
        ) as model,
        coalesce(interactions.use_case, 'unknown') as use_case,
        coalesce(interactions.segment, 'unknown') as segment,
        coalesce(interactions.prompt_version, 'unknown') as prompt_version,
        coalesce(prompt_categories.category, 'unknown') as prompt_category,
        case
            when interactions.user_feedback_score > 0 then 'liked'
            when interactions.user_feedback_score < 0 then 'disliked'
            else 'none'
        end as feedback,
        {{ iso_week('interactions.interaction_date') }} as week,
        ntile(3) over (order by interactions.prompt_tokens, interactions.interaction_id)
            as prompt_tercile,
        interactions.prompt_tokens,
        coalesce(review_draws.review_probability, reviewed_batches.audit_probability)
            as review_probability,
        -- of a day with few calls, chance draws all
        coalesce(review_draws.review_probability, reviewed_batches.audit_probability)
        < 1
        or coalesce(review_draws.review_reason, '') = 'audit' as is_random,
        review_draws.interaction_id is not null as is_drawn,
        newest.drawn_at as newest_drawn_at

    from interactions

    inner join session_starts on interactions.session_id = session_starts.session_id

    inner join reviewed_batches on {{ could_draw('reviewed_batches') }}

    cross join newest

    left join review_draws on interactions.interaction_id = review_draws.interaction_id

    left join prompt_categories on interactions.prompt_id = prompt_categories.prompt_id

    where
        -- where nothing was drawn at random, the labels say nothing of the rest
        reviewed_batches.audit_probability > 0
        and {{ days_between(
            'interactions.interaction_date', 'cast(newest.covers_until as date)'
        ) }} < {{ knob('quality_window_days') }}

),

labelled as (

    select
        population.*,
        dimensions.dimension,
        reviews.bad_share,
        -- a day counts when its audits are labelled, or when they no longer will be
        count(*) filter (
            where population.is_drawn
            and population.is_random
            and reviews.interaction_id is null
        ) over (partition by dimensions.dimension, population.interaction_date)
            as awaited_on_day

    from population

    cross join dimensions

    left join reviews
        on
            population.interaction_id = reviews.interaction_id
            and dimensions.dimension = reviews.dimension

),

quality_calls as (

    select
        labelled.dimension,
        evaluators.evaluator,
        evaluators.evaluator_version,
        labelled.interaction_id,
        labelled.session_id,
        'all' as everything,
        labelled.model,
        labelled.use_case,
        labelled.segment,
        labelled.prompt_version,
        labelled.prompt_category,
        labelled.feedback,
        labelled.week,
        case
            when labelled.prompt_tokens is null then 'unknown'
            when labelled.prompt_tercile = 1 then 'short'
            when labelled.prompt_tercile = 2 then 'medium'
            else 'long'
        end as prompt_length,
        labelled.is_random,
        labelled.is_drawn,
        labelled.review_probability,
        if(labelled.is_drawn, labelled.bad_share, null) as bad_share,
        if(evaluators.evaluator = 'none', 0e0, scores.score) as score,
        coalesce(scores.sample_share, evaluators.sample_share) as sample_share

    from labelled

    cross join evaluators

    left join scores
        on
            labelled.interaction_id = scores.interaction_id
            and evaluators.evaluator = scores.evaluator
            and evaluators.evaluator_version = scores.evaluator_version

    where
        labelled.awaited_on_day = 0
        or {{ days_between(
            'labelled.interaction_date', 'cast(labelled.newest_drawn_at as date)'
        ) }} > {{ knob('quality_review_days') }}

)

select * from quality_calls
