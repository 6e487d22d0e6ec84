"""The paths of workflows: the branches that each trace took, in order of time."""

from llm_telemetry.charts.sankey import MOST_NODES, MOST_STEPS
from llm_telemetry.charts.spec import MOST_MEMBERS

PARTS = PATH, NODE, LINK = "path", "node", "link"

# a number per branch is sorted faster than its names
SHAPES = """
    with decisions as (
        select
            *,
            coalesce(from_node, 'unknown') as start,
            coalesce(to_node, 'unknown') as stop,
            cast(
                timezone($zone, timezone('UTC', timestamp_utc)) as date
            ) as interaction_date
        from marts.branch_decisions
        where trace_id is not null
    ),
    branches as (
        select start, stop, row_number() over (order by start, stop) as branch
        from decisions
        group by start, stop
    ),
    names as (
        select list(struct_pack(start, stop) order by branch) as names
        from branches
    ),
    workflows as (
        select
            list(branch order by timestamp_utc, branch)
                filter (where is_taken) as taken
        from decisions
        inner join branches using (start, stop)
        where {where}
        group by source, trace_id
    ),
    shapes as (
        select taken, count(*) as workflows
        from workflows
        group by taken
    ),
    named as materialized (
        select
            list_transform(taken, lambda branch: names[branch]) as steps,
            workflows,
            sum(workflows) over () as all_workflows
        from shapes
        cross join names
    )
"""
# a branch that does not follow from the last one is a path beside it
PATHS = """
    paths as (
        select
            coalesce(
                array_to_string(
                    list_transform(
                        steps,
                        lambda step, place: case
                            when place = 1 then step.start || ' > '
                            when steps[place - 1].stop = step.start then ' > '
                            else ' | ' || step.start || ' > '
                        end || step.stop
                    ),
                    ''
                ),
                'no branch taken'
            ) as path,
            workflows,
            all_workflows
        from named
    ),
    ranked_paths as (
        select
            *,
            row_number() over (order by workflows desc, path) as path_rank,
            count(*) over () as path_count
        from paths
    ),
    leading_paths as (
        select
            if(
                path_rank <= {most} or path_count = {most} + 1,
                path,
                'other (' || (path_count - {most}) || ' paths)'
            ) as path,
            sum(workflows) as workflows,
            sum(workflows) / max(all_workflows) as share,
            min(path_rank) as place
        from ranked_paths
        group by 1
    )
"""
# the nodes that workflows are at, step by step, and how many go from which to which
FLOWS = """
    visited as (
        select
            coalesce(
                flatten(
                    list_transform(
                        steps[:{steps}],
                        lambda step, place: case
                            when place = 1 or steps[place - 1].stop != step.start
                                then [
                                    struct_pack(
                                        node := step.start, is_decided := false
                                    ),
                                    struct_pack(
                                        node := step.stop, is_decided := true
                                    )
                                ]
                            else [
                                struct_pack(node := step.stop, is_decided := true)
                            ]
                        end
                    )
                ),
                [struct_pack(node := 'no branch taken', is_decided := false)]
            ) as nodes,
            workflows,
            all_workflows
        from named
    ),
    stepped as (
        select
            nodes,
            workflows,
            all_workflows,
            unnest(range(1, least(len(nodes), {steps}) + 1)) as step
        from visited
    ),
    flows as (
        select
            step,
            nodes[step].node as node,
            nodes[step + 1].node as next_node,
            nodes[step + 1].is_decided as is_decided,
            sum(workflows) as workflows,
            max(all_workflows) as all_workflows
        from stepped
        group by all
    ),
    ranked_nodes as (
        select
            step,
            node,
            row_number() over (
                partition by step order by sum(workflows) desc, node
            ) as node_rank,
            count(*) over (partition by step) as node_count
        from flows
        group by step, node
    ),
    labels as (
        select
            step,
            node,
            node_rank > {most_nodes} and node_count > {most_nodes} + 1 as is_other,
            if(
                is_other,
                'other (' || (node_count - {most_nodes}) || ')',
                node
            ) as label
        from ranked_nodes
    ),
    labelled as (
        select
            flows.step,
            here.label as node,
            here.is_other,
            there.label as next_node,
            flows.is_decided,
            flows.next_node is null as is_end,
            flows.workflows,
            flows.all_workflows
        from flows
        inner join labels as here
            on flows.step = here.step and flows.node = here.node
        left join labels as there
            on flows.step + 1 = there.step and flows.next_node = there.node
    ),
    leading_nodes as (
        select
            step,
            node,
            is_other,
            sum(workflows) as workflows,
            sum(workflows) / max(all_workflows) as share,
            coalesce(sum(workflows) filter (where is_end), 0) as ended,
            sum(
                coalesce(
                    sum(workflows) filter (where step = {steps} and not is_end), 0
                )
            ) over () as beyond
        from labelled
        group by step, node, is_other
    ),
    leading_links as (
        select
            step,
            node,
            next_node,
            is_decided,
            sum(workflows) as workflows,
            sum(workflows) / max(all_workflows) as share
        from labelled
        where next_node is not null
        group by step, node, next_node, is_decided
    )
"""
# all three in one query: the traces are grouped once
SELECTED = f"""
    select '{PATH}' as part, *
    from leading_paths
    union all by name
    select
        '{NODE}' as part,
        *,
        row_number() over (order by step, is_other, workflows desc, node) as place
    from leading_nodes
    union all by name
    select
        '{LINK}' as part,
        *,
        row_number() over (
            order by step, workflows desc, node, next_node, is_decided
        ) as place
    from leading_links
    order by part, place
"""


def query(where: str) -> str:
    """Return a query of paths, nodes of steps and links between them, as ``part`` says.

    ``where`` chooses branch decisions by ``interaction_date``, their day in the time
    zone ``$zone``. Each part has the most workflows first; shares are of all workflows.
    """
    shapes = SHAPES.format(where=where)
    paths = PATHS.format(most=MOST_MEMBERS)
    flows = FLOWS.format(steps=MOST_STEPS, most_nodes=MOST_NODES)
    return f"{shapes}, {paths}, {flows} {SELECTED}"
