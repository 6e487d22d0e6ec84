{{ config(enabled=is_source_on(this)) }}

with

nested_calls as (

    select * from {{ ref('stg_otlp__nested_calls') }}

),

-- several attempts inside one span add up to it
wrappers as (

    select
        trace_id,
        span_id

    from nested_calls

    group by trace_id, span_id, prompt_tokens, completion_tokens, is_counted, has_failed

    having
        (
            bool_or(is_told_again)
            or (
                prompt_tokens = sum(inner_prompt_tokens) filter (where not is_asked_by_tool)
                and completion_tokens
                = sum(inner_completion_tokens) filter (where not is_asked_by_tool)
            )
        )
        -- what answered after those within had failed was told nowhere else
        and not (
            is_counted
            and not has_failed
            and coalesce(
                bool_and(has_inner_failed and not is_inner_counted)
                    filter (where is_told_again),
                false
            )
        )

)

select * from wrappers
