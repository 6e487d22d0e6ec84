{{ config(enabled=is_source_on(this), materialized='view') }}

with

spans as (

    select * from {{ ref('stg_openinference__spans') }}

),

-- session, user and business labels of one span apply to the whole trace
traces as (

    select
        trace_id,
        arg_min(session_id, (timestamp_utc, span_id)) as session_id,
        arg_min(user_id, (timestamp_utc, span_id)) as user_id,
        arg_min(use_case, (timestamp_utc, span_id)) as use_case,
        arg_min(channel, (timestamp_utc, span_id)) as channel,
        arg_min(region, (timestamp_utc, span_id)) as region,
        arg_min(segment, (timestamp_utc, span_id)) as segment,
        arg_min(account_tier, (timestamp_utc, span_id)) as account_tier,
        arg_min(environment, (timestamp_utc, span_id)) as environment,
        arg_min(prompt_version, (timestamp_utc, span_id)) as prompt_version

    from spans

    where trace_id is not null

    group by all

)

select * from traces
