with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

daily_answers as (

    select
        interaction_date,
        coalesce(use_case, 'unknown') as use_case,
        coalesce(model_provider, 'unknown') as model_provider,
        coalesce(model_name, 'unknown') as model_name,
        coalesce(prompt_version, 'unknown') as prompt_version,
        is_failure,
        hallucination_flag,
        -- by its digits, since a logarithm may be a little less than a whole number
        case
            when prompt_tokens > 0
                then cast(pow(2, length(bin(prompt_tokens)) - 1) as bigint)
            else prompt_tokens
        end as min_prompt_tokens,
        count(*) as interactions,
        count(total_tokens) as tokened_interactions,
        count(completion_tokens) as completed_interactions,
        cast(coalesce(sum(total_tokens), 0) as bigint) as total_tokens,
        cast(coalesce(sum(prompt_tokens), 0) as bigint) as prompt_tokens,
        cast(coalesce(sum(completion_tokens), 0) as bigint) as completion_tokens,
        cast(coalesce(sum(cache_read_tokens), 0) as bigint) as cache_read_tokens,
        cast(
            coalesce(sum(prompt_tokens) filter (where cache_read_tokens is not null), 0)
            as bigint
        ) as cache_reported_prompt_tokens,
        cast(
            coalesce(sum(total_tokens) filter (where cost_usd is not null), 0) as bigint
        ) as costed_tokens,
        cast(
            coalesce(
                sum(cast(cost_usd as decimal(18, 12)))
                filter (where total_tokens is not null),
                0
            ) as decimal(38, 12)
        ) as tokened_cost_usd,
        count(user_feedback_score) as rated_interactions,
        coalesce({{ exact_sum('user_feedback_score') }}, 0e0) as feedback_score_sum,
        coalesce({{ exact_sum('user_feedback_score * user_feedback_score') }}, 0e0)
            as feedback_score_squares

    from interactions

    group by all
    {{ carry_forward('answers_by_day') }}

)

select * from daily_answers
