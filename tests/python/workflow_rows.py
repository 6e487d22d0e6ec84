"""Rows that the pages of slices, workflows and operations draw."""

from collections.abc import Callable
from typing import Any

from llm_telemetry.charts import sankey, slices, waterfall, workflows
from llm_telemetry.charts.spec import Chart

Row = dict[str, Any]
RATES = ("failure_rate", "failure_rate_low", "failure_rate_high")
SHARES = ("taken_share", "taken_share_low", "taken_share_high")
DAY = "2025-05-01T00:00:00Z"


def path(name: str, **own: Any) -> Row:
    return {"path": name, "workflows": 7, "share": 0.25, **own}


def node(name: str, step: int = 1, **own: Any) -> Row:
    """Return a node of a step, where a quarter of the workflows are."""
    counts = {"workflows": 7, "share": 0.25, "ended": 2, "beyond": 0}
    return {"step": step, "node": name, "is_other": False, **counts, **own}


def link(name: str, next_name: str, step: int = 1, **own: Any) -> Row:
    """Return what goes from a node of a step to one of the next."""
    ends = {"step": step, "node": name, "next_node": next_name, "is_decided": True}
    return {**ends, "workflows": 5, "share": 0.18, **own}


def tool(name: str, rate: float | None = 0.25, **own: Any) -> Row:
    """Return a tool of a use case; without a rate, nothing is known of it."""
    ends = (None,) * 3 if rate is None else (rate, rate / 2, (1 + rate) / 2)
    known = 0 if rate is None else 7
    counts = {"tool": name, "tool_calls": 7, "known_outcomes": known}
    return {**counts, **dict(zip(RATES, ends, strict=True)), **own}


def branch(name: str, share: float | None = 0.25, **own: Any) -> Row:
    """Return a day of a branch; without a share, no decision is known."""
    ends = (None,) * 3 if share is None else (share, share / 2, (1 + share) / 2)
    days = {"branch": name, "interaction_date": DAY, "decisions": 7}
    return {**days, **dict(zip(SHARES, ends, strict=True)), **own}


def step(
    name: str, starts: float | None = 0, ends: float | None = 9, **own: Any
) -> Row:
    """Return a step of an operation."""
    known = {"outcome": "succeeded", "detail": "9 ms"}
    return {"step": name, "starts_ms": starts, "ends_ms": ends, **known, **own}


def charts(
    make: Callable[..., Row], names: list[str], is_known: bool
) -> dict[str, Chart]:
    """Return every chart of one row a name; ``make`` makes the rows of marts."""
    rate = 0.25 if is_known else None
    found = [make("risk_slices", slice=name) for name in names[:10]]
    models = [make("model_hotspots", model_name=name) for name in names]
    unknown: Row = {} if is_known else {"outcome": "unknown outcome", "detail": None}
    at = names[: sankey.MOST_NODES]
    nodes = [node(name, n) for n in range(1, sankey.MOST_STEPS) for name in at]
    links = [
        link(name, name, n) for n in range(1, sankey.MOST_STEPS - 1) for name in at
    ]
    steps = [step(name, 0, 9 if is_known else None, **unknown) for name in names]
    return {
        "paths": workflows.paths([path(name) for name in names[:11]]),
        "flows": sankey.flows(nodes, links),
        "tools": workflows.tool_failures([tool(name, rate) for name in names]),
        "branches": workflows.branches([branch(name, rate) for name in names], "UTC"),
        "steps": waterfall.waterfall(steps),
        "slice_failures": slices.verdicts(found, "failure", len(names)),
        "slice_breaches": slices.verdicts(found, "sla", len(names)),
        "losses": slices.losses(found, len(names)),
        "models": slices.models(models, "failure"),
    }


def empty() -> dict[str, Chart]:
    """Return every chart of nothing."""
    return {
        "paths": workflows.paths([]),
        "flows": sankey.flows([], []),
        "tools": workflows.tool_failures([]),
        "branches": workflows.branches([], "UTC"),
        "steps": waterfall.waterfall([]),
        "slice_failures": slices.verdicts([], "failure", 0),
        "slice_breaches": slices.verdicts([], "sla", 0),
        "losses": slices.losses([], 0),
        "models": slices.models([], "failure"),
    }
