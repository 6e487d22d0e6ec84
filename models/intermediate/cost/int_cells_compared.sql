with

cells_rated as (

    select * from {{ ref('int_cells_rated') }}

),

compared as (

    select
        comparison,
        later_starts_on,
        use_case,
        model_provider,
        model_name,

        coalesce(max(requests) filter (where is_earlier), 0e0) as earlier_requests,
        coalesce(max(requests) filter (where not is_earlier), 0e0) as later_requests,

        -- a cell that one side lacks is new or gone, neither cheaper nor dearer
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

        -- where tokens were not counted, a call is priced as if it were one token
        count(*) = count(*) filter (where tokens_per_attempt > 0) as is_counted,
        coalesce(
            if(is_counted, max(tokens_per_attempt) filter (where is_earlier), 1e0),
            max(tokens_per_attempt)
        ) as earlier_tokens,
        coalesce(
            if(is_counted, max(tokens_per_attempt) filter (where not is_earlier), 1e0),
            max(tokens_per_attempt)
        ) as later_tokens

    from cells_rated

    group by
        comparison,
        later_starts_on,
        use_case,
        model_provider,
        model_name

),

shared as (

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

    from compared

    window pairs as (partition by comparison, later_starts_on)

    -- nothing can be split against a period without a cost
    qualify earlier_pair_requests > 0 and later_pair_requests > 0

)

select * from shared
