with

lines as (

    select * from {{ ref('stg_judge__requests') }}

),

requests as (

    select
        reserved.noted_at,
        reserved.evaluator,
        reserved.model_name,
        reserved.judge_version,
        reserved.purpose,
        reserved.reserved_usd,
        settled.input_tokens,
        settled.output_tokens,
        coalesce(settled.is_usage_known, false) as is_usage_known,
        coalesce(settled.is_final, false) as is_final,
        -- a request whose process was killed may have been answered
        case
            when settled.request_id is null then 'interrupted'
            else settled.error_type
        end as error_type,
        coalesce(settled.cost_usd, reserved.reserved_usd) as cost_usd

    from lines as reserved

    left join lines as settled
        on reserved.request_id = settled.request_id and settled.event = 'settled'

    where reserved.event = 'reserved'

),

requests_and_cached as (

    select
        *,
        cast(null as bigint) as cached_calls

    from requests

    union all by name

    select
        noted_at,
        evaluator,
        model_name,
        judge_version,
        calls as cached_calls

    from lines

    where event = 'cached'

),

spend as (

    select
        cast(noted_at as date) as spend_date,
        evaluator,
        model_name,
        coalesce(judge_version, 'unknown') as judge_version,
        count(purpose) as requests,
        count(*) filter (where purpose = 'call' and is_final) as judged_calls,
        count(*) filter (
            where purpose = 'call' and is_final and error_type is null
        ) as scored_calls,
        cast(coalesce(sum(cached_calls), 0) as bigint) as cached_calls,
        count(*) filter (where error_type = 'cut') as cut_replies,
        count(*) filter (
            where error_type in ('refusal', 'content_filter')
        ) as refused_replies,
        count(*) filter (
            where error_type in ('malformed', 'off_schema')
        ) as invalid_replies,
        count(*) filter (where error_type = 'interrupted') as interrupted_requests,
        count(*) filter (
            where error_type not in (
                'cut', 'refusal', 'content_filter',
                'malformed', 'off_schema', 'interrupted'
            )
        ) as failed_requests,
        cast(coalesce(sum(input_tokens), 0) as bigint) as input_tokens,
        cast(coalesce(sum(output_tokens), 0) as bigint) as output_tokens,
        coalesce({{ exact_sum('cost_usd') }}, 0) as cost_usd,
        coalesce(
            {{ exact_sum('case when is_usage_known then 0 else cost_usd end') }}, 0
        ) as reserved_usd

    from requests_and_cached

    group by all

)

select * from spend
