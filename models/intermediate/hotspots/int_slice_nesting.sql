{{ config(materialized='table') }}

with

slices as (

    select * from {{ ref('int_slices') }}

),

slice_metrics as (

    select * from {{ ref('int_slice_tests') }}

),

significant_slices as (

    select
        {% for dimension in slice_dimensions().split(', ') -%}
        slices.{{ dimension }},
        {% endfor -%}
        slice_metrics.*

    from slice_metrics

    inner join slices on slice_metrics.slice = slices.slice

    where
        slice_metrics.verdict = 'hotspot'
        and slices.slice = slices.canonical_slice

),

nested_slices as (

    select
        parents.slice as parent,
        children.slice as child,
        children.family as child_family,
        children.metric,
        children.events as child_events,
        children.trials as child_trials,
        children.excess_events as child_excess_events,
        parents.events as parent_events,
        parents.trials as parent_trials,
        parents.excess_events as parent_excess_events,
        greatest(1e0, parents.design_effect) as parent_design_effect,
        parents.complement_rate as parent_complement_rate,
        parents.rate >= children.rate_low as is_indistinguishable_from_parent

    from significant_slices as children

    inner join significant_slices as parents
        on
            children.metric = parents.metric
            and children.slice != parents.slice
            {%- for dimension in slice_dimensions().split(', ') %}
            and coalesce(parents.{{ dimension }}, children.{{ dimension }})
            is not distinct from children.{{ dimension }}
            {%- endfor %}

)

select * from nested_slices
