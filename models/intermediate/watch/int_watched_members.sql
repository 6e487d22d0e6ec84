{{ config(materialized='table') }}
with

watched_by_day as (

    select * from {{ ref('watched_by_day') }}

),

tools_by_day as (

    select * from {{ ref('tools_by_day') }}

),

branches_by_day as (

    select * from {{ ref('branches_by_day') }}

),

last_days as (

    select max(interaction_date) as last_date from watched_by_day

),

daily_traffic as (

    select
        interaction_date,
        dimension,
        member,
        interactions as traffic
    from watched_by_day

    union all

    select
        interaction_date,
        'tool' as dimension,
        tool_name as member,
        tool_calls as traffic
    from tools_by_day

    union all

    select
        interaction_date,
        'tool_and_use_case' as dimension,
        tool_name || ' / ' || use_case as member,
        tool_calls as traffic
    from tools_by_day

    union all

    select
        interaction_date,
        'branch' as dimension,
        from_node || ' / ' || condition_text as member,
        decisions as traffic
    from branches_by_day

),

members as (

    select
        daily_traffic.dimension,
        daily_traffic.member,
        last_days.last_date,
        min(daily_traffic.interaction_date) as first_date,
        sum(
            if(
                daily_traffic.interaction_date > last_days.last_date
                - {{ watch_kept_days() | int + watch_reach() | int }},
                daily_traffic.traffic,
                0
            )
        ) as traffic

    from daily_traffic

    cross join last_days

    group by daily_traffic.dimension, daily_traffic.member, last_days.last_date

),

ranked_members as (

    select
        *,
        row_number() over (
            partition by dimension
            order by traffic desc, member asc
        ) as place,
        -- a dimension that no call names has nothing to add to the total
        count(case when member not like '%unknown' then 1 end)
            over (partition by dimension) as named_members

    from members

    where traffic > 0

),

watched_members as (

    select
        -- the same for all that are watched together
        dense_rank() over (
            order by dimension, least(place, {{ knob('watch_max_members') }} + 1)
        ) as member_id,
        dimension,
        member,
        if(place > {{ knob('watch_max_members') }}, '(other)', member)
            as watched_member,
        if(place > {{ knob('watch_max_members') }}, null, first_date) as first_date,
        last_date,
        case
            when dimension in ('model_provider', 'model', 'prompt_version') then 'all'
            when dimension = 'use_case_and_prompt_version' then 'use_case'
            when dimension = 'tool_and_use_case' then 'tool'
        end as parent_dimension,
        if(
            dimension in ('use_case_and_prompt_version', 'tool_and_use_case'),
            split_part(member, ' / ', 1),
            'all'
        ) as parent_member

    from ranked_members

    where named_members > 0 or dimension in ('tool', 'tool_and_use_case', 'branch')

),

members_with_parent as (

    select
        watched_members.member_id,
        watched_members.dimension,
        watched_members.member,
        watched_members.watched_member,
        watched_members.first_date,
        watched_members.last_date,
        -- a version of a use case that is as new can be compared with all calls only
        coalesce(parents.member_id, totals.member_id) as parent_id

    from watched_members

    left join watched_members as parents
        on watched_members.parent_dimension = parents.dimension
            and watched_members.parent_member = parents.watched_member
            and not {{ is_new_member(
                'parents.first_date', 'watched_members.first_date'
            ) }}

    left join watched_members as totals
        on watched_members.parent_dimension = 'use_case'
            and totals.dimension = 'all'
            and watched_members.first_date is not null

)

select * from members_with_parent
