"""Workflows: which branches and paths they take, and where tools fail."""

import streamlit as st

from llm_telemetry.charts import workflows
from llm_telemetry.charts.spec import MOST_MEMBERS
from llm_telemetry.dashboard import filters, formulas, marts, reading, show

TITLE = "Which paths do workflows take, and which tools fail?"
DAYS = (filters.DAY,)
OF_BRANCHES = (*DAYS, "prompt_version")
OF_TOOLS = (*DAYS, "use_case")

# every branch that most decisions are about, by day
BRANCHES = """
    with branches as (
        select
            from_node || ': ' || condition_text as branch,
            interaction_date,
            sum(decisions) as decisions,
            {share}
        from marts.branches_by_day
        where {where}
        group by all
    )
    select *
    from branches
    order by
        sum(decisions) over (partition by branch) desc, branch, interaction_date
"""
# the branches that each trace took, by time; a step that does not follow from the last
# one is a path beside it. A number per branch is sorted faster than its names
PATHS = """
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
    named as (
        select
            list_transform(taken, lambda branch: names[branch]) as steps,
            workflows
        from shapes
        cross join names
    ),
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
            workflows
        from named
    ),
    ranked as (
        select
            *,
            row_number() over (order by workflows desc, path) as path_rank,
            count(*) over () as path_count
        from paths
    )
    select
        if(
            path_rank <= {most},
            path,
            'other (' || (path_count - {most}) || ' paths)'
        ) as path,
        sum(workflows) as workflows,
        sum(workflows) / sum(sum(workflows)) over () as share
    from ranked
    group by all
    order by min(path_rank)
"""
TOOLS = """
    select
        tool_name || ' (' || use_case || ')' as tool,
        tool_name,
        use_case,
        sum(tool_calls) as tool_calls,
        sum(known_outcomes) as known_outcomes,
        sum(failures) as failures,
        {rates},
        sum(latency_ms_sum) / nullif(sum(timed_calls), 0) as average_latency_ms
    from marts.tools_by_day
    where {where}
    group by tool_name, use_case
    order by tool_calls desc, tool
"""


def draw() -> None:
    """Draw branches, paths and tools, or how to record them."""
    has_branches = marts.count("branches_by_day") > 0
    has_tools = marts.count("tools_by_day") > 0
    if not (has_branches or has_tools):
        show.empty(
            "No workflow is recorded: record_branch and tool_call of "
            "llm_telemetry.capture, or OTLP with tool spans, then",
            "llm-telemetry run --sources otlp",
        )
        return
    chosen = filters.chosen()
    if has_branches:
        _draw_branches(chosen)
    if has_tools:
        _draw_tools(chosen)


def _draw_branches(chosen: filters.Filters) -> None:
    zone = reading.zone()
    where, parameters = chosen.where(OF_BRANCHES)
    share = formulas.rate("sum(taken)", "sum(decisions)", "taken_share")
    rows = marts.rows(BRANCHES.format(share=share, where=where), **parameters)
    show.chart(workflows.branches(rows, zone))
    show.ignored(chosen.ignored(OF_BRANCHES))
    where, parameters = chosen.where(DAYS)
    paths = marts.rows(
        PATHS.format(where=where, most=MOST_MEMBERS), zone=zone, **parameters
    )
    show.chart(workflows.paths(paths))
    st.caption(
        "A path is the branches that a trace took, in order of time; | separates "
        "parts that do not follow from each other."
    )
    show.ignored(chosen.ignored(DAYS))
    show.table(rows, "branches_by_day")


def _draw_tools(chosen: filters.Filters) -> None:
    where, parameters = chosen.where(OF_TOOLS)
    sql = TOOLS.format(rates=formulas.FAILURES, where=where)
    rows = marts.rows(sql, **parameters)
    show.chart(workflows.tool_failures(rows))
    show.ignored(chosen.ignored(OF_TOOLS))
    show.table([{k: v for k, v in row.items() if k != "tool"} for row in rows], "tools")
