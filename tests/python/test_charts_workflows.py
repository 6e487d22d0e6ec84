"""What the charts of workflows, operations and slices draw, row by row."""

import json
from typing import Any

from chart_rows import row
from test_charts import drawn_rows, layers, texts
from workflow_rows import branch, path, step, tool

from llm_telemetry.charts import slices, theme, waterfall, workflows
from llm_telemetry.charts.drawing import Drawing


def marks(chart: Any, kind: str) -> list[dict[str, Any]]:
    """Return the rows that marks of one kind draw."""
    return [
        row
        for one in layers(chart.body)
        if one["mark"]["type"] == kind
        for row in one["data"]["values"]
    ]


def test_a_step_is_drawn_from_its_start_to_its_end_with_its_outcome() -> None:
    steps = [
        step("1. a", 0, 1200, outcome="failed", detail="1,200 ms, timeout"),
        step("2. b > c", 1200, None, outcome="branch taken", detail=""),
    ]
    chart = waterfall.waterfall(steps)
    (bar,) = marks(chart, "bar")
    assert bar == {
        "step": "1. a",
        "starts_ms": 0,
        "ends_ms": 1200,
        "outcome": "failed",
    }
    points = {(one["step"], one["starts_ms"]) for one in marks(chart, "point")}
    assert points == {("1. a", 0), ("2. b > c", 1200)}
    said = {one["step"]: one["detail"] for one in marks(chart, "text")}
    assert said == {"1. a": "1,200 ms, timeout"}
    assert "2 steps" in chart.alt
    assert "1 failed" in chart.alt


def test_outcomes_differ_in_colour_or_shape_and_a_failure_in_both() -> None:
    (points,) = (
        one
        for one in layers(waterfall.waterfall([step("a")]).body)
        if one["mark"]["type"] == "point"
    )
    scales = [points["encoding"][name]["scale"] for name in ("color", "shape")]
    told = list(zip(*(scale["range"] for scale in scales), strict=True))
    assert all(scale["domain"] == list(waterfall.OUTCOMES) for scale in scales)
    assert len(set(told)) == len(told)
    failed = told[list(waterfall.OUTCOMES).index("failed")]
    others = [one for one in told if one != failed]
    assert failed[0] not in {colour for colour, _ in others}
    assert failed[1] not in {shape for _, shape in others}


def test_of_many_steps_the_first_are_drawn_and_all_are_counted() -> None:
    steps = [step(f"{n}", n) for n in range(1000)] + [step("x", None, None)]
    chart = waterfall.waterfall(steps)
    assert len(marks(chart, "point")) == waterfall.MOST_STEPS
    assert "1,000 steps" in chart.alt
    assert "the first 50 are drawn; steps without a time: 1" in chart.alt
    said = texts(chart)
    assert "the first 50 of 1,000 steps are drawn" in said
    assert "steps without a time, not drawn: 1" in said
    assert "drawn" not in texts(waterfall.waterfall(steps[:50]))


def test_a_path_has_its_count_and_share() -> None:
    chart = workflows.paths([path("a > b", workflows=12, share=0.75)])
    assert marks(chart, "bar") == [{"path": "a > b", "workflows": 12, "share": 0.75}]
    assert "a > b (12, 75.0%)" in chart.alt
    with Drawing() as drawing:
        drawing.add({"paths": chart})
        ((_, svg),) = drawing.drawn().values()
    assert ">12 (75.0%)<" in svg


def test_a_tool_without_a_known_outcome_is_grey_with_the_reason() -> None:
    chart = workflows.tool_failures([tool("search (rag)", 0.5), tool("mail", None)])
    assert [one["failure_rate_low"] for one in marks(chart, "rule") if one] == [0.25]
    said = {one["tool"]: one["why"] for one in drawn_rows(chart) if "why" in one}
    assert said == {"mail": "no known outcome"}


def test_the_ten_most_used_tools_are_drawn_and_the_others_counted() -> None:
    rows = [tool(f"t{n}", 0.5, tool_calls=n) for n in range(100)]
    chart = workflows.tool_failures(rows)
    names = {one["tool"] for one in drawn_rows(chart) if "tool" in one}
    assert names == {f"t{n}" for n in range(90, 100)} | {"other"}
    assert "90 others, not drawn: see marts.tools_by_day" in texts(chart)


def test_a_day_without_a_decision_is_a_cross_not_a_gap() -> None:
    other = "2025-05-02T00:00:00Z"
    rows = [branch("a: b", 0.25), branch("a: b", None, interaction_date=other)]
    chart = workflows.branches(rows, "Europe/Berlin")
    (cross,) = (
        one for one in layers(chart.body) if one["mark"].get("shape") == "cross"
    )
    assert cross["data"]["values"] == [{"interaction_date": other}]
    (interval,) = marks(chart, "rule")
    assert interval["taken_share_low"] == 0.125
    assert interval["taken_share_high"] == 0.625
    assert "Europe/Berlin" in texts(chart)


def test_a_thousand_branches_are_ten_panels() -> None:
    chart = workflows.branches([branch(f"b{n}") for n in range(1000)], "UTC")
    assert len(chart.body["vconcat"]) == 10
    assert "990 others, not drawn" in chart.alt


def test_a_slice_says_what_explains_it_and_a_hotspot_has_its_number() -> None:
    rows = [
        row("risk_slices", slice="hot", explained_by=None),
        row(
            "risk_slices",
            slice="inside",
            failure_verdict="explained",
            explained_by="use_case=rag",
        ),
        row("risk_slices", slice="twin", failure_verdict="same_rows", explained_by="x"),
        row("risk_slices", slice="calm", failure_verdict="not_significant"),
    ]
    chart = slices.verdicts(rows, "failure", 50)
    said = {one["slice"]: one["why"] for one in drawn_rows(chart) if "why" in one}
    assert said == {
        "inside": "explained by use_case=rag",
        "twin": "the same calls as x",
        "calm": "not significant",
        "other": "46 others: see the table",
    }
    blue = [
        one["data"]["values"]
        for one in layers(chart.body)
        if one["mark"].get("color") == theme.BLUE
    ]
    assert {value["slice"] for values in blue for value in values} == {"hot"}
    assert "Hotspots: hot." in chart.alt


def test_a_loss_is_drawn_with_its_interval_and_its_absence_with_the_reason() -> None:
    alone = row("risk_slices", slice="all", verdict="no_complement", excess_usd=None)
    known = row("risk_slices", slice="a", excess_usd=20.0, excess_usd_low=10.0)
    chart = slices.losses([known, alone], 2)
    (interval,) = (one for one in marks(chart, "rule") if one)
    assert interval["excess_usd_low"] == 10
    assert "no other calls to compare with" in json.dumps(chart.body)


def test_models_of_one_name_are_told_apart_by_their_provider() -> None:
    rows = [
        row("model_hotspots", model_name="m", model_provider=one) for one in ("a", "b")
    ]
    chart = slices.models(rows, "sla")
    names = {one["model"] for one in drawn_rows(chart) if "model" in one}
    assert names == {"m (a)", "m (b)"}
    assert chart.title == "SLA breach rate of models"
