with

cells_costed as (

    select * from {{ ref('int_cells_costed') }}

),

comparison_periods as (

    select * from {{ ref('int_comparison_periods') }}

),

matched as (

    select
        comparison_periods.comparison,
        comparison_periods.later_starts_on,
        cells_costed.decision_window = 'history' as is_earlier,
        cells_costed.*

    from comparison_periods

    inner join cells_costed
        on cells_costed.decision_window in ('history', 'evaluation')

    where comparison_periods.comparison = 'history_to_evaluation'

    union all

    select
        comparison_periods.comparison,
        comparison_periods.later_starts_on,
        cells_costed.week_starts_on = comparison_periods.earlier_starts_on as is_earlier,
        cells_costed.*

    from comparison_periods

    inner join cells_costed
        on cells_costed.week_starts_on
            in (comparison_periods.earlier_starts_on, comparison_periods.later_starts_on)

    where comparison_periods.comparison = 'week_to_week'

),

summed as (

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

    from matched

    group by all

),

rated as (

    select
        * {{ exclude_columns('first_attempts, counted_attempts, total_tokens') }},
        -- a retry may go to another model, hardly to another use case
        sum(attempts) over use_cases / coalesce(
            nullif(sum(first_attempts) over use_cases, 0), sum(attempts) over use_cases
        ) as attempts_per_request,
        attempts / attempts_per_request as requests,
        total_tokens / nullif(counted_attempts, 0) as tokens_per_attempt,
        cost_usd / attempts as cost_per_attempt_usd

    from summed

    window use_cases as (partition by comparison, later_starts_on, is_earlier, use_case)

)

select * from rated
