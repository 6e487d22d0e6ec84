"""Paths, nodes and links of workflows are those that their decisions say."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_telemetry.charts.sankey import MOST_NODES, MOST_STEPS
from llm_telemetry.dashboard import workflow_paths
from llm_telemetry.warehouse.connection import fetched

FIRST = datetime(2026, 3, 1, 9, tzinfo=UTC)
NODES = [*"abcdefgh", None, "o'ther > |"]
Decision = tuple[str | None, str | None, bool]
decisions = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES), st.booleans())
traces = st.lists(st.lists(decisions, min_size=1, max_size=9), min_size=1, max_size=30)


def read(found: Iterable[list[Decision]], where: str = "true") -> dict[str, Any]:
    """Return the parts of the query on workflows of these decisions, a second each."""
    frame = pd.DataFrame(
        [
            (f"t{trace}", FIRST + timedelta(seconds=second), *decision, "otlp")
            for trace, taken in enumerate(found)
            for second, decision in enumerate(taken)
        ],
        columns=[
            *("trace_id", "timestamp_utc", "from_node", "to_node"),
            *("is_taken", "source"),
        ],
    )
    frame["timestamp_utc"] = frame["timestamp_utc"].dt.tz_localize(None)
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.branch_decisions as select * replace ("
            "from_node::varchar as from_node, to_node::varchar as to_node) from frame"
        )
        rows = fetched(connection, workflow_paths.query(where), {"zone": "UTC"})
    return {
        part: [row for row in rows if row["part"] == part]
        for part in workflow_paths.PARTS
    }


def walked(decided: list[Decision]) -> list[tuple[str, bool]]:
    """Return the nodes of a workflow, and whether a decision led to each."""
    nodes: list[tuple[str, bool]] = []
    for start, stop, is_taken in decided:
        if is_taken:
            if not nodes or nodes[-1][0] != (start or "unknown"):
                nodes.append((start or "unknown", False))
            nodes.append((stop or "unknown", True))
    return nodes or [("no branch taken", False)]


def labelled(paths: list[list[tuple[str, bool]]]) -> dict[tuple[int, str], str]:
    """Return what each node of a step is called: those of few workflows are one."""
    at: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for nodes in paths:
        for step, (node, _) in enumerate(nodes[:MOST_STEPS], 1):
            at[step][node] += 1
    return {
        (step, node): f"other ({len(counts) - MOST_NODES})"
        if rank >= MOST_NODES and len(counts) > MOST_NODES + 1
        else node
        for step, counts in at.items()
        for rank, (node, _) in enumerate(
            sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        )
    }


@settings(max_examples=40, deadline=None)
@given(traces)
def test_nodes_and_links_are_those_of_the_decisions(
    found: list[list[Decision]],
) -> None:
    paths = [walked(decided) for decided in found]
    label = labelled(paths)
    at: Counter[tuple[int, str]] = Counter()
    ended: Counter[tuple[int, str]] = Counter()
    between: Counter[tuple[int, str, str, bool]] = Counter()
    for nodes in paths:
        for step, (node, _) in enumerate(nodes[:MOST_STEPS], 1):
            here = label[step, node]
            at[step, here] += 1
            ended[step, here] += step == len(nodes)
            if step < min(MOST_STEPS, len(nodes)):
                there, is_decided = nodes[step]
                between[step, here, label[step + 1, there], is_decided] += 1
    rows = read(found)
    of_links = ("step", "node", "next_node", "is_decided")
    links = {tuple(one[key] for key in of_links): one for one in rows["link"]}
    assert {key: one["workflows"] for key, one in links.items()} == between
    nodes_of = {(one["step"], one["node"]): one for one in rows["node"]}
    assert {key: one["workflows"] for key, one in nodes_of.items()} == at
    assert {key: one["ended"] for key, one in nodes_of.items()} == ended
    for one in (*rows["link"], *rows["node"], *rows["path"]):
        assert one["share"] == one["workflows"] / len(found)
    beyond = sum(len(nodes) > MOST_STEPS for nodes in paths)
    assert {one["beyond"] for one in rows["node"]} == {beyond}
    assert sum(one["workflows"] for one in rows["path"]) == len(found)


def test_no_step_has_more_nodes_than_can_be_named() -> None:
    found = [[(f"start {n}", f"stop {n}", True)] * (1 + n % 2) for n in range(1000)]
    rows = read(found)
    assert Counter(one["step"] for one in rows["node"])[1] == MOST_NODES + 1
    other = [one for one in rows["node"] if one["is_other"] and one["step"] == 1]
    assert [(one["node"], one["workflows"]) for one in other] == [("other (995)", 995)]
    assert len(rows["path"]) == 11
    assert rows["path"][-1]["path"] == "other (990 paths)"


def test_one_node_or_path_too_many_has_its_name() -> None:
    paths = [[("a", f"b{n:02}", True)] for n in range(11)]
    assert [one["path"] for one in read(paths)["path"]][-1] == "a > b10"
    nodes = read(paths[:6])["node"]
    assert [one["node"] for one in nodes] == ["a", *(f"b0{n}" for n in range(6))]


def test_no_decision_is_no_row() -> None:
    found = read([[("a", "b", True)]], where="interaction_date > date '2027-01-01'")
    assert json.dumps(found) == '{"path": [], "node": [], "link": []}'
