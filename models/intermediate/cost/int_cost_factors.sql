with

interactions as (

    select * from {{ ref('interactions') }}

),

comparison_periods as (

    select * from {{ ref('int_comparison_periods') }}

),

cell_totals as (

    select
        cast(date_trunc('week', interaction_date) as date) as week_starts_on,
        decision_window,
        coalesce(use_case, 'unknown') as use_case,
        coalesce(model_provider, 'unknown') as model_provider,
        coalesce(model_name, 'unknown') as model_name,
        count(*) as attempts,
        -- a retry adds to the request that it repeats and is not a request of its own
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

),

period_cells as (

    select
        comparison_periods.comparison,
        comparison_periods.later_starts_on,
        cell_totals.decision_window = 'history' as is_earlier,
        cell_totals.*

    from comparison_periods

    inner join cell_totals
        on cell_totals.decision_window in ('history', 'evaluation')

    where comparison_periods.comparison = 'history_to_evaluation'

    union all

    select
        comparison_periods.comparison,
        comparison_periods.later_starts_on,
        cell_totals.week_starts_on = comparison_periods.earlier_starts_on as is_earlier,
        cell_totals.*

    from comparison_periods

    inner join cell_totals
        on cell_totals.week_starts_on in (
                comparison_periods.earlier_starts_on, comparison_periods.later_starts_on
            )

    where comparison_periods.comparison = 'week_to_week'

),

period_totals as (

    select
        comparison,
        later_starts_on,
        is_earlier,
        use_case,
        model_provider,
        model_name,
        sum(attempts) as attempts,
        sum(first_attempts) as first_attempts,
        sum(counted_attempts) as counted_attempts,
        sum(total_tokens) as total_tokens,
        {{ exact_sum('cost_usd') }} as cost_usd

    from period_cells

    group by all

),

cell_rates as (

    select
        * {{ exclude_columns('first_attempts, counted_attempts, total_tokens') }},
        -- a retry may go to another model, but hardly to another use case
        sum(attempts) over use_cases / coalesce(
            nullif(sum(first_attempts) over use_cases, 0), sum(attempts) over use_cases
        ) as attempts_per_request,
        attempts / attempts_per_request as requests,
        total_tokens / nullif(counted_attempts, 0) as tokens_per_attempt,
        cost_usd / attempts as cost_per_attempt_usd

    from period_totals

    window use_cases as (partition by comparison, later_starts_on, is_earlier, use_case)

),

compared_cells as (

    select
        comparison,
        later_starts_on,
        use_case,
        model_provider,
        model_name,

        coalesce(max(requests) filter (where is_earlier), 0e0) as earlier_requests,
        coalesce(max(requests) filter (where not is_earlier), 0e0) as later_requests,

        -- a cell that one side lacks is new or gone, neither cheaper nor more expensive
        coalesce(
            max(attempts_per_request) filter (where is_earlier),
            max(attempts_per_request)
        ) as earlier_attempts,
        coalesce(
            max(attempts_per_request) filter (where not is_earlier),
            max(attempts_per_request)
        ) as later_attempts,
        coalesce(
            max(cost_per_attempt_usd) filter (where is_earlier),
            max(cost_per_attempt_usd)
        ) as earlier_cost_usd,
        coalesce(
            max(cost_per_attempt_usd) filter (where not is_earlier),
            max(cost_per_attempt_usd)
        ) as later_cost_usd,

        -- where tokens were not counted, a call is priced as if it were one token, and
        -- where the count is an error: the changes of tokens and of a price near 0
        -- would each be millions of USD, of which doubles lose the cents
        count(*) = count(*) filter (
            where tokens_per_attempt > 0 and tokens_per_attempt <= 1e7
        ) as is_counted,
        coalesce(
            if(is_counted, max(tokens_per_attempt) filter (where is_earlier), 1e0),
            max(tokens_per_attempt)
        ) as earlier_tokens,
        coalesce(
            if(is_counted, max(tokens_per_attempt) filter (where not is_earlier), 1e0),
            max(tokens_per_attempt)
        ) as later_tokens

    from cell_rates

    group by
        comparison,
        later_starts_on,
        use_case,
        model_provider,
        model_name

),

cells_with_shares as (

    select
        *,
        earlier_cost_usd / earlier_tokens as earlier_price_usd,
        later_cost_usd / later_tokens as later_price_usd,
        earlier_attempts * earlier_cost_usd as earlier_request_usd,
        later_attempts * later_cost_usd as later_request_usd,
        cast(sum(cast(earlier_requests as decimal(38, 12))) over pairs as double)
            as earlier_pair_requests,
        cast(sum(cast(later_requests as decimal(38, 12))) over pairs as double)
            as later_pair_requests,
        earlier_requests / nullif(earlier_pair_requests, 0) as earlier_share,
        later_requests / nullif(later_pair_requests, 0) as later_share

    from compared_cells

    window pairs as (partition by comparison, later_starts_on)

    -- a change from or to a period without a cost cannot be split
    qualify earlier_pair_requests > 0 and later_pair_requests > 0

)

select * from cells_with_shares
