with

nested as (

    select * from {{ ref('int_slice_nesting') }}

),

explained_by_parents as (

    select
        child as slice,
        metric,
        max_by(parent, (parent_excess_events, parent)) as explained_by

    from nested

    where is_indistinguishable_from_parent

    group by all

),

-- children of one family share no row, so that what is left without them can be counted
remainders as (

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

    left join explained_by_parents
        on
            nested.child = explained_by_parents.slice
            and nested.metric = explained_by_parents.metric

    where explained_by_parents.slice is null

    group by nested.parent, nested.metric, nested.child_family

),

explained_by_children as (

    select
        slice,
        metric,
        max_by(explained_by, (explained_events, explained_by)) as explained_by

    from remainders

    where trials <= 0 or {{ wilson_low('events', 'trials') }} <= complement_rate

    group by all

),

redundant_slices as (

    select
        coalesce(explained_by_parents.slice, explained_by_children.slice) as slice,
        coalesce(explained_by_parents.metric, explained_by_children.metric) as metric,
        coalesce(explained_by_parents.explained_by, explained_by_children.explained_by)
            as explained_by

    from explained_by_parents

    full outer join explained_by_children
        on
            explained_by_parents.slice = explained_by_children.slice
            and explained_by_parents.metric = explained_by_children.metric

)

select * from redundant_slices
