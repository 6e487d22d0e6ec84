"""Charts draw what the rows hold: intervals, refusals, any name, in any theme."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Any

import altair
import pytest
from chart_rows import (
    CASES,
    ESTIMATE,
    HOSTILE,
    POLICY,
    UNKNOWN,
    charts,
    estimator,
    nothing,
    row,
    threshold,
    use_case,
)

from llm_telemetry.charts import days, judged, theme, triage
from llm_telemetry.charts.drawing import Drawing, standalone
from llm_telemetry.charts.spec import Chart

DRAWN_TAGS = {"svg", "style", "g", "path", "line", "text", "rect"}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def layers(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every layer that has data of its own."""
    if isinstance(node, dict):
        if "data" in node:
            yield node
        for child in node.values():
            yield from layers(child)
    elif isinstance(node, list):
        for child in node:
            yield from layers(child)


def drawn_rows(chart: Chart) -> list[dict[str, Any]]:
    """Return every row that a chart draws."""
    return [row for one in layers(chart.body) for row in one["data"]["values"]]


def texts(chart: Chart) -> str:
    return json.dumps(chart.body, ensure_ascii=False)


@every_case
def test_every_chart_follows_the_schema(case: Any) -> None:
    for name, chart in case().items():
        for is_dark in (False, True):
            spec = chart.spec(is_dark=is_dark)
            # the schema asks nothing of a row but that it is an object
            for one in layers(spec):
                del one["data"]["values"][20:]
            # surrogates are replaced before anything is drawn
            altair.Chart.from_dict(json.loads(json.dumps(spec)), validate=True)
        assert len(chart.alt) > 20, name
        assert chart.title


@every_case
def test_every_chart_is_drawn_as_harmless_xml(case: Any) -> None:
    with Drawing() as drawing:
        made = case()
        drawing.add(made)
        drawn = drawing.drawn()
    assert set(drawn) == set(made)
    for name, (_, svg) in drawn.items():
        root = ElementTree.fromstring(standalone(svg))
        assert root.get("role") == "img"
        assert root.get("aria-label", "").startswith(made[name].title)
        tags = {one.tag.split("}")[1] for one in root.iter()}
        assert tags <= DRAWN_TAGS, name
        attributes = {key for one in root.iter() for key in one.keys()}  # noqa: SIM118
        assert not [key for key in attributes if key.startswith("on") or "href" in key]
        # several stand in one page
        assert "id" not in attributes


def test_a_hostile_name_is_shown_as_text() -> None:
    with Drawing() as drawing:
        drawing.add({"a": judged.use_cases([use_case(HOSTILE)])})
        ((_, svg),) = drawing.drawn().values()
    assert "<script" not in svg
    said = "".join(ElementTree.fromstring(svg).itertext())
    assert "<script>alert(" in said


def test_an_estimate_is_drawn_with_its_interval() -> None:
    for chart in (
        judged.use_cases([use_case("a")]),
        judged.estimators([estimator("direct")]),
    ):
        merged = {key: value for row in drawn_rows(chart) for key, value in row.items()}
        assert {key: merged[key] for key in ESTIMATE} == ESTIMATE


def test_a_refusal_is_a_grey_mark_with_its_reason() -> None:
    refused = use_case("a", recommendation="keep_baseline", reasons="too_few_sessions")
    chart = judged.use_cases([refused, use_case("b", reasons="no_arm", **UNKNOWN)])
    said = {row["use_case"]: row["why"] for row in drawn_rows(chart) if "why" in row}
    assert said == {"a": "too few sessions", "b": "no arm"}
    marks = [one["mark"] for one in layers(chart.body) if one["data"]["values"] != [{}]]
    colours = {mark.get("color") or mark.get("fill") for mark in marks}
    assert colours == {theme.REFUSED}
    # what has no value is nowhere a number
    assert not [
        row
        for row in drawn_rows(chart)
        if row.get("use_case") == "b" and row.get("unit_cost_delta") is not None
    ]


def test_a_day_without_a_value_is_a_cross_with_its_reason_not_a_gap() -> None:
    known, unknown = row("health_by_day"), nothing("health_by_day")
    unknown["interaction_date"] = "2025-05-02T00:00:00Z"
    chart = days.health([known, unknown], [], "Europe/Berlin")
    (panel,) = (
        one
        for one in chart.body["vconcat"]
        if "known cost" in json.dumps(one, ensure_ascii=False)
    )
    crosses = [one for one in layers(panel) if one["mark"].get("shape") == "cross"]
    ((day,),) = (one["data"]["values"] for one in crosses)
    assert day == {"interaction_date": "2025-05-02T00:00:00Z"}
    assert "\u00d7 no known cost that day" in texts(chart)
    assert "Europe/Berlin" in texts(chart)


def test_a_slice_that_was_not_judged_says_why() -> None:
    few = row("risk_slices", failure_verdict="insufficient_support")
    chart = judged.slices([few], "failure", 1)
    assert "too few calls to judge" in texts(chart)


def test_the_ten_with_most_traffic_are_drawn_and_the_others_are_counted() -> None:
    rows = [use_case(f"m{n}", requests=n) for n in range(1000)]
    chart = judged.use_cases(rows)
    names = {row["use_case"] for row in drawn_rows(chart) if "use_case" in row}
    assert names == {f"m{n}" for n in range(990, 1000)} | {"other"}
    assert "990 others, not drawn: see routing_policy_use_case.csv" in texts(chart)


def test_a_threshold_beyond_the_capacity_is_grey() -> None:
    chart = triage.cost([threshold(0.1), threshold(0.2, feasible=False)], POLICY)
    grey = [
        one["data"]["values"]
        for one in layers(chart.body)
        if one["mark"].get("color") == theme.REFUSED
    ]
    assert grey == [[{"threshold": 0.2, "expected_cost": 900.2}]]


def test_no_threshold_is_said() -> None:
    chart = triage.cost([threshold(0.1)], {"verdict": "refuse"})
    assert "no threshold was chosen" in texts(chart)


@every_case
def test_every_colour_has_a_dark_one_and_every_axis_a_title(case: Any) -> None:
    for name, chart in case().items():
        colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", json.dumps(chart.spec())))
        assert colours <= set(theme.DARK), name
        dark = set(
            re.findall(r"#[0-9a-fA-F]{3,8}\b", json.dumps(chart.spec(is_dark=True)))
        )
        assert dark <= set(theme.DARK.values()), name
        for one in layers(chart.body):
            for channel in ("x", "y"):
                at = one.get("encoding", {}).get(channel, {})
                if at.get("type") == "quantitative" and "datum" not in at:
                    assert at["title"], f"{name}: {at}"


@every_case
def test_every_number_has_a_format_without_powers_of_ten(case: Any) -> None:
    # of d3: s is 1m, e and g are 1e-3, and a text without a format may be
    for name, chart in case().items():
        for one in layers(chart.body):
            text = one.get("encoding", {}).get("text", {})
            assert text.get("type") != "quantitative" or "format" in text, name
        formats = re.findall(r'"format": "([^"]*)"', json.dumps(chart.body))
        assert not [form for form in formats if form[-1] in "sge"], name


@pytest.mark.parametrize("value", [8e-7, 0.0008, 12345.6, 2.5e6])
def test_an_amount_is_drawn_and_said_without_powers_of_ten(value: float) -> None:
    ends = {"unit_cost_delta_low": value / 2, "unit_cost_delta_high": value * 2}
    chart = judged.use_cases([use_case("a", unit_cost_delta=value, **ends)])
    with Drawing() as drawing:
        drawing.add({"a": chart})
        ((_, svg),) = drawing.drawn().values()
    drawn = "".join(ElementTree.fromstring(svg).itertext())
    for said in (drawn, chart.alt):
        assert not re.search(r"\d(e[-+\u2212]?\d|[mkM\u00b5n]\b)", said), said
    places = re.findall(r"[\d.,]*\d", chart.alt)
    assert any(
        float(one.replace(",", "")) == pytest.approx(value, rel=0.005) for one in places
    )


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 has it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_texts_and_marks_can_be_read_on_the_paper_of_each_theme() -> None:
    texts = theme.TEXTS.values()
    for colour, dark in theme.DARK.items():
        if colour in (theme.PAPER, theme.GRID):
            continue
        is_text = colour in (theme.INK, theme.MUTED, theme.REFUSED, *texts)
        least = 4.5 if is_text else 3
        assert contrast(colour, theme.PAPER) >= least, colour
        assert contrast(dark, theme.DARK[theme.PAPER]) >= least, dark


DRAW = """
from chart_rows import ESTIMATE, charts, row
from llm_telemetry.charts.drawing import Drawing
import hashlib
with Drawing() as drawing:
    drawing.add(charts(row, ["a", "b"], ESTIMATE))
    whole = "".join(svg for _, svg in drawing.drawn().values())
print(hashlib.sha256(whole.encode()).hexdigest())
"""


def test_the_same_bytes_in_any_process_and_time_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def drawn(zone: str) -> str:
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
        command = [sys.executable, "-c", DRAW]
        return subprocess.run(
            command, check=True, capture_output=True, text=True
        ).stdout

    assert drawn("UTC") == drawn("Asia/Tokyo")


def test_what_cannot_be_drawn_is_an_error() -> None:
    with Drawing() as drawing:
        drawing.add({"a": Chart("Wrong", "", {"mark": "no such mark"})})
        with pytest.raises(RuntimeError, match="Wrong: not drawn"):
            drawing.drawn()


def test_a_process_that_ended_is_an_error() -> None:
    with Drawing() as drawing:
        drawing.add(charts(row, ["a"], ESTIMATE))
        assert drawing._worker is not None
        drawing._worker._process.kill()
        with pytest.raises(RuntimeError, match="ended without an answer"):
            drawing.drawn()
