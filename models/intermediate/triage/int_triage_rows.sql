with

interactions as (

    select
        *,
        prompt_tokens / cast(nullif(completion_tokens, 0) as double)
            as prompt_to_completion_ratio

    from {{ ref('interactions') }}

),

features as (

    select
        interaction_id,
        session_id,
        timestamp_utc,
        decision_window,
        {{ triage_names() }},
        {{ triage_numbers() }},
        is_failure

    from interactions

)

select * from features
