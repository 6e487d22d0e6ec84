with

interactions as (

    select * from {{ ref('interactions') }}

),

costed as (

    select
        cast(date_trunc('week', interaction_date) as date) as week_starts_on,
        decision_window,
        coalesce(use_case, 'unknown') as use_case,
        coalesce(model_provider, 'unknown') as model_provider,
        coalesce(model_name, 'unknown') as model_name,
        count(*) as attempts,
        -- a retry is more of the request it repeats, not a request of its own
        count(*) filter (where coalesce(retry_index, 0) = 0) as first_attempts,
        count(coalesce(total_tokens, prompt_tokens + completion_tokens))
            as counted_attempts,
        cast(
            sum(coalesce(total_tokens, prompt_tokens + completion_tokens)) as bigint
        ) as total_tokens,
        {{ exact_sum('cost_usd') }} as cost_usd

    from interactions

    where cost_usd is not null and interaction_date is not null

    group by all

)

select * from costed
