with

branch_decisions as (

    select * from {{ ref('branch_decisions') }}

),

interactions as (

    select * from {{ ref('interactions') }}

),

-- a workflow's calls share its trace
trace_prompt_versions as (

    select
        interactions.trace_id,
        if(
            min(interactions.prompt_version) = max(interactions.prompt_version),
            max(interactions.prompt_version),
            null
        ) as prompt_version

    from interactions

    where
        interactions.trace_id in (
            select branch_decisions.trace_id from branch_decisions
        )

    group by interactions.trace_id

),

daily_branches as (

    select
        {{ business_date('branch_decisions.timestamp_utc') }} as interaction_date,
        coalesce(branch_decisions.from_node, 'unknown') as from_node,
        coalesce(branch_decisions.condition_text, 'unknown') as condition_text,
        coalesce(trace_prompt_versions.prompt_version, 'unknown') as prompt_version,
        count(branch_decisions.is_taken) as decisions,
        count(*) filter (where branch_decisions.is_taken) as taken

    from branch_decisions

    left join trace_prompt_versions
        on branch_decisions.trace_id = trace_prompt_versions.trace_id

    where branch_decisions.timestamp_utc is not null

    group by all

)

select * from daily_branches
