{{ config(enabled=is_source_on(this), materialized='view') }}

with

calls as (

    select * from {{ ref('stg_litellm__calls') }}

),

outcomes as (

    select
        *,
        coalesce(
            error_code = '499'
            or regexp_matches(error_class, '(?i)cancell|disconnect|generator.?exit'),
            false
        ) as is_abandoned,
        -- rows of old versions have no status; they were written for answers only
        case
            when lower(status) in ('failure', 'success') then lower(status) = 'failure'
            when error_class is not null then true
            when total_tokens > 0 or logged_cost_usd > 0 or cache_hit then false
        end as is_error,
        -- LiteLLM writes 0 where nothing was counted
        coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) > 0 as is_counted

    from calls

    where not {{ is_other_call('call_type') }}

),

explained as (

    select
        *,
        is_error and not is_abandoned as is_failure,
        if(
            is_error,
            concat_ws(' ', error_class, error_code, if(is_guarded, 'guardrail', null)),
            null
        ) as error,
        if(
            first_token_at > timestamp_utc and first_token_at < ended_at,
            {{ milliseconds_between('timestamp_utc', 'first_token_at') }},
            null
        ) as ttft_ms

    from outcomes

)

select * from explained
