{{ config(materialized='table') }}

with

quality_calls as (

    select
        *,
        is_drawn and bad_share is not null as is_labelled,
        is_drawn and is_random as is_audit

    from {{ ref('int_quality_calls') }}

),

medians as (

    select
        dimension,
        evaluator,
        evaluator_version,
        percentile_cont(0.5) within group (order by score) as median_score

    from quality_calls

    where is_audit

    group by dimension, evaluator, evaluator_version

),

-- where more bad answers are left unlabelled, the halves of the scores show it
halves as (

    select
        quality_calls.*,
        coalesce(quality_calls.score > medians.median_score, false) as is_upper_half

    from quality_calls

    left join medians
        on
            quality_calls.dimension = medians.dimension
            and quality_calls.evaluator = medians.evaluator
            and quality_calls.evaluator_version = medians.evaluator_version

),

completions as (

    select
        dimension,
        evaluator,
        evaluator_version,
        is_upper_half,
        count(*) filter (where is_labelled) / cast(count(*) as double) as completion

    from halves

    where is_audit

    group by dimension, evaluator, evaluator_version, is_upper_half

),

-- a label of an audit counts beside a score only, which was drawn by a hash or with the
-- audit; where all are labelled no score adds anything, and one that is missing is 0
quality_weights as (

    select
        halves.* {{ exclude_columns('is_upper_half') }},
        case
            when not halves.is_labelled then 0e0
            when not halves.is_random then 1e0
            when halves.score is null then 0e0
            else 1 / (halves.review_probability * completions.completion)
        end as label_weight,
        case
            when not halves.is_random then 1e0
            when halves.score is null then 0e0
            else 1 / (1 - (1 - halves.review_probability) * (1 - halves.sample_share))
        end as score_weight

    from halves

    left join completions
        on
            halves.dimension = completions.dimension
            and halves.evaluator = completions.evaluator
            and halves.evaluator_version = completions.evaluator_version
            and halves.is_upper_half = completions.is_upper_half

)

select * from quality_weights
