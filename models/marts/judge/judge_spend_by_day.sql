with

lines as (

    select * from {{ ref('stg_judge__requests') }}

),

-- a reserved request with its answer, or the calls of a run whose scores were known
entries as (

    select
        started.noted_at,
        started.evaluator,
        started.model_name,
        started.judge_version,
        started.purpose,
        case when started.event = 'cached' then started.calls end as cached_calls,
        settled.input_tokens,
        settled.output_tokens,
        coalesce(settled.is_usage_known, false) as is_usage_known,
        coalesce(settled.is_final, false) as is_final,
        -- a request whose process was killed may have been answered
        case
            when started.event = 'reserved' and settled.request_id is null
                then 'interrupted'
            else settled.error_type
        end as error_type,
        coalesce(settled.cost_usd, started.reserved_usd) as cost_usd

    from lines as started

    left join lines as settled
        on started.request_id = settled.request_id and settled.event = 'settled'

    where started.event in ('reserved', 'cached')

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

    from entries

    group by all

)

select * from spend
