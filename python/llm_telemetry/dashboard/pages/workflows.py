"""Workflows: which branches and paths they take, and where tools fail."""

import streamlit as st

from llm_telemetry.charts import sankey, workflows
from llm_telemetry.dashboard import (
    filters,
    formulas,
    marts,
    reading,
    show,
    workflow_paths,
)

TITLE = "Which paths do workflows take, and which tools fail?"
DAYS = (filters.DAY,)
OF_BRANCHES = (*DAYS, "prompt_version")
OF_TOOLS = (*DAYS, "use_case")
LINKS = {
    "step": "step",
    "node": "from",
    "next_node": "to",
    "is_decided": "recorded as a decision",
    "workflows": "workflows",
    "share": "share of all",
}

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
    show.table(rows, "branches_by_day")
    _draw_paths(chosen, zone)


def _draw_paths(chosen: filters.Filters, zone: str) -> None:
    where, parameters = chosen.where(DAYS)
    rows = marts.rows(workflow_paths.query(where), zone=zone, **parameters)
    paths, nodes, links = (
        [row for row in rows if row["part"] == part] for part in workflow_paths.PARTS
    )
    show.chart(sankey.flows(nodes, links))
    st.caption(
        "A workflow is a trace with a branch decision. A ribbon is as wide as the "
        "workflows that go from the one step to the next; what a step has more than "
        "its ribbons to the right ends there."
    )
    show.ignored(chosen.ignored(DAYS))
    show.chart(workflows.paths(paths))
    st.caption(
        "A path is the branches that a trace took, in order of time; | separates "
        "parts that do not follow from each other."
    )
    show.table(links, "workflow_links", LINKS)


def _draw_tools(chosen: filters.Filters) -> None:
    where, parameters = chosen.where(OF_TOOLS)
    sql = TOOLS.format(rates=formulas.FAILURES, where=where)
    rows = marts.rows(sql, **parameters)
    show.chart(workflows.tool_failures(rows))
    show.ignored(chosen.ignored(OF_TOOLS))
    show.table([{k: v for k, v in row.items() if k != "tool"} for row in rows], "tools")
