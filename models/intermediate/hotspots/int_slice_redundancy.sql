with

nested as (

    select * from {{ ref('int_slice_nesting') }}

),

like_a_parent as (

    select
        child as slice,
        metric,
        max_by(parent, (parent_excess_events, parent)) as explained_by

    from nested

    where is_like_its_parent

    group by all

),

-- children of one family share no row, so that what is left without them can be counted
left_over as (

    select
        nested.parent as slice,
        nested.metric,
        nested.child_family,
        max_by(nested.child, (nested.child_excess_events, nested.child))
            as explained_by,
        max(nested.child_excess_events) as explained_events,
        any_value(nested.parent_complement_rate) as complement_rate,
        (any_value(nested.parent_events) - sum(nested.child_events))
        / any_value(nested.parent_design_effect) as events,
        (any_value(nested.parent_trials) - sum(nested.child_trials))
        / any_value(nested.parent_design_effect) as trials

    from nested

    left join like_a_parent
        on nested.child = like_a_parent.slice and nested.metric = like_a_parent.metric

    where like_a_parent.slice is null

    group by nested.parent, nested.metric, nested.child_family

),

due_to_children as (

    select
        slice,
        metric,
        max_by(explained_by, (explained_events, explained_by)) as explained_by

    from left_over

    where trials <= 0 or {{ wilson_low('events', 'trials') }} <= complement_rate

    group by all

),

explained as (

    select
        coalesce(like_a_parent.slice, due_to_children.slice) as slice,
        coalesce(like_a_parent.metric, due_to_children.metric) as metric,
        coalesce(like_a_parent.explained_by, due_to_children.explained_by)
            as explained_by

    from like_a_parent

    full outer join due_to_children
        on
            like_a_parent.slice = due_to_children.slice
            and like_a_parent.metric = due_to_children.metric

)

select * from explained
