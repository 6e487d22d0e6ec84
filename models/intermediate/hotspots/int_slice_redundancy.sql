with

nested_slices as (

    select * from {{ ref('int_slice_nesting') }}

),

explained_by_parents as (

    select
        child as slice,
        metric,
        max_by(parent, (parent_excess_events, parent)) as explained_by

    from nested_slices

    where is_indistinguishable_from_parent

    group by all

),

-- children of one family do not overlap, so what remains without them can be counted
remainders as (

    select
        nested_slices.parent as slice,
        nested_slices.metric,
        nested_slices.child_family,
        max_by(
            nested_slices.child,
            (nested_slices.child_excess_events, nested_slices.child)
        ) as explained_by,
        max(nested_slices.child_excess_events) as explained_events,
        any_value(nested_slices.parent_complement_rate) as complement_rate,
        (any_value(nested_slices.parent_events) - sum(nested_slices.child_events))
        / any_value(nested_slices.parent_design_effect) as events,
        (any_value(nested_slices.parent_trials) - sum(nested_slices.child_trials))
        / any_value(nested_slices.parent_design_effect) as trials

    from nested_slices

    left join explained_by_parents
        on
            nested_slices.child = explained_by_parents.slice
            and nested_slices.metric = explained_by_parents.metric

    where explained_by_parents.slice is null

    group by nested_slices.parent, nested_slices.metric, nested_slices.child_family

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
