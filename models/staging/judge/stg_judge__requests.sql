{{ config(materialized=cheap_view()) }}

with

source as (

    {{ read_judge_requests(source('judge', 'requests')) }}

),

renamed as (

    select
        event,
        request_id,
        judge_version,
        evaluator,
        model_name,
        purpose,
        error_type,
        reserved_usd,
        cost_usd,
        input_tokens,
        output_tokens,
        calls,
        is_usage_known,
        is_final,
        noted_at

    from source

    -- a line that a power failure left incomplete is null
    where event is not null

)

select * from renamed
