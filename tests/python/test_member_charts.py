"""Charts of members and of latency draw every row: with its interval, or grey."""

import itertools
import json
import re
from dataclasses import replace
from typing import Any

import pytest
import vl_convert
from chart_rows import DAY, KNOWN, QUANTILES, RATE, TOTAL, bucket, hour, member, row
from test_charts import drawn_rows, layers, texts

from llm_telemetry.charts import (
    compared,
    costs,
    latency,
    load,
    over_days,
    scatter,
    theme,
)
from llm_telemetry.charts.members import look
from llm_telemetry.charts.spec import Chart

LATER = "2025-05-02T00:00:00Z"
UNKNOWN = dict.fromkeys(KNOWN)
NO_INTERVAL = {"rate_low": None, "rate_high": None}


def of(chart: Chart, mark: str, **own: Any) -> list[dict[str, Any]]:
    """Return the rows that marks of a kind draw."""
    return [
        row
        for one in layers(chart.body)
        if one["mark"]["type"] == mark and own.items() <= one["mark"].items()
        for row in one["data"]["values"]
    ]


def test_lines_draw_each_value_with_its_interval() -> None:
    rows = [member("a"), member("b", 2, rate=0.3), member("a", interaction_date=LATER)]
    chart = over_days.lines("Rates", rows, [RATE, TOTAL], "Europe/Berlin")
    keys = ("interaction_date", "member")
    for mark, columns in (("area", ("rate_low", "rate_high")), ("line", ("rate",))):
        expected = [{key: one[key] for key in (*keys, *columns)} for one in rows]
        assert [one for one in of(chart, mark) if columns[0] in one] == expected
    assert [one["total"] for one in of(chart, "line") if "total" in one] == [40.0] * 3
    assert "Europe/Berlin" in texts(chart)


def test_a_limit_is_a_line_of_its_own() -> None:
    limited = replace(RATE, limit=0.4)
    chart = over_days.lines("Rates", [member("a")], [limited, TOTAL], "UTC")
    assert of(chart, "rule") == [{"limit": 0.4}]


def test_what_is_too_little_for_an_interval_is_grey() -> None:
    rows = [member("a"), member("a", interaction_date=LATER, **NO_INTERVAL)]
    chart = over_days.lines("Rates", rows, [RATE], "UTC")
    grey = of(chart, "point", color=theme.REFUSED)
    assert [one["interaction_date"] for one in grey] == [LATER]
    assert [one["interaction_date"] for one in of(chart, "area")] == [DAY]
    assert over_days.UNSURE in texts(chart)


def test_a_day_without_a_value_is_a_cross_with_its_reason() -> None:
    rows = [member("a"), member("a", interaction_date=LATER, **UNKNOWN)]
    for chart in (
        over_days.lines("Rates", rows, [RATE], "UTC"),
        over_days.stacked("Calls", rows, TOTAL, "UTC"),
    ):
        crosses = of(chart, "point", shape="cross")
        assert crosses == [{"interaction_date": LATER, "member": "a"}]
        assert "\u00d7 no call" in texts(chart)


def test_amounts_are_stacked_by_rank() -> None:
    rows = [member("b", 2, total=1.5), member("a", 1)]
    chart = over_days.stacked("Calls", rows, TOTAL, "UTC")
    assert [(one["member"], one["total"]) for one in of(chart, "bar")] == [
        ("b", 1.5),
        ("a", 40.0),
    ]
    (bars,) = (one for one in layers(chart.body) if one["mark"]["type"] == "bar")
    assert bars["encoding"]["order"]["field"] == "member_rank"
    assert bars["encoding"]["color"]["scale"]["domain"] == ["a", "b"]


def test_a_week_is_called_a_week_and_its_bar_is_as_wide() -> None:
    rows = [member("a"), member("b", 2)]
    charts = {
        per: (
            over_days.lines("Rates", rows, [RATE], "UTC", per),
            over_days.stacked("Calls", rows, TOTAL, "UTC", per),
        )
        for per in ("day", "week")
    }
    for chart in charts["day"]:
        assert "business day, UTC" in texts(chart)
        assert " by day, from 2025-05-01" in chart.alt
    for chart in charts["week"]:
        assert "week, from its Monday, UTC" in texts(chart)
        assert "business day" not in texts(chart)
        assert " by week, from 2025-05-01" in chart.alt
    (bars,) = (
        one for one in layers(charts["week"][1].body) if one["mark"]["type"] == "rect"
    )
    assert [one["total"] for one in bars["data"]["values"]] == [40.0, 40.0]
    assert bars["encoding"]["x2"]["field"] == bars["transform"][0]["as"]
    assert "timeUnit" not in bars["encoding"]["x"]


def test_ten_members_have_a_look_of_their_own_and_the_others_are_grey() -> None:
    names = [*"abcdefghij", "other (4)"]
    rows = [member(name, rank) for rank, name in enumerate(names, 1)]
    chart = over_days.lines("Rates", rows, [RATE], "UTC")
    (line,) = (one for one in layers(chart.body) if one["mark"]["type"] == "line")
    assert {one["member"] for one in line["data"]["values"]} == set(names)
    colours = line["encoding"]["color"]["scale"]["range"]
    dashes = line["encoding"]["strokeDash"]["scale"]["range"]
    looks = list(zip(colours, map(tuple, dashes), strict=True))
    assert len(set(looks[:10])) == 10
    assert colours[10] == theme.REFUSED
    assert theme.REFUSED not in colours[:10]


@pytest.mark.parametrize("ranked", [True, False])
def test_more_members_than_a_query_names_are_counted(ranked: bool) -> None:
    rows = [member(f"m{n}", n + 1 if ranked else 0) for n in range(1000)]
    for chart in (
        over_days.lines("Rates", rows, [RATE], "UTC"),
        over_days.stacked("Calls", rows, TOTAL, "UTC"),
        compared.forest("Rates", rows, RATE),
        compared.parts("Calls", rows, [TOTAL], "calls"),
        scatter.against("Rates", rows, RATE, TOTAL),
    ):
        names = {row["member"] for row in drawn_rows(chart) if "member" in row}
        assert names - {"other"} == {f"m{n}" for n in range(10)}
        assert "990 others, not drawn" in texts(chart)


def test_a_forest_draws_intervals_and_says_why_there_is_none() -> None:
    refused = member("c", why="too few labels", **UNKNOWN)
    rows = [member("a"), member("b", **UNKNOWN), refused]
    chart = compared.forest("Rates", rows, RATE)
    assert of(chart, "rule")[1:] == [
        {"member": "a", "rate_low": 0.125, "rate_high": 0.5}
    ]
    said = {one["member"]: one["why"] for one in drawn_rows(chart) if "why" in one}
    assert said == {"b": "no call", "c": "too few labels"}


def test_parts_of_a_member_follow_the_measures() -> None:
    rows = [member("a"), member("b", **UNKNOWN)]
    chart = compared.parts("Calls", rows, [TOTAL, RATE], "calls")
    assert [(one["member"], one["amount"]) for one in of(chart, "bar")] == [
        ("a", 40.0),
        ("a", 0.25),
    ]
    assert "\u00d7 b: no call" in texts(chart)


def test_members_are_compared_on_every_measure() -> None:
    chart = compared.side_by_side("Metrics", [member("a")], [RATE, TOTAL])
    merged = {key: value for one in drawn_rows(chart) for key, value in one.items()}
    assert {key: merged[key] for key in KNOWN} == KNOWN
    assert len(chart.body["vconcat"]) == 2


def test_a_point_has_both_intervals_and_an_unknown_one_is_named() -> None:
    rows = [member("a"), member("b", rate=None), member("c", **NO_INTERVAL)]
    chart = scatter.against("Rates", rows, RATE, TOTAL)
    assert [one["member"] for one in of(chart, "point")] == ["a", "c"]
    assert [one for one in of(chart, "rule") if "name_at" not in one] == [
        {"member": "a", "total": 40.0, "rate_low": 0.125, "rate_high": 0.5}
    ]
    assert "\u00d7 b: no call" in texts(chart)


def test_a_distribution_has_every_bucket_and_says_what_took_no_time() -> None:
    rows = [bucket(0, 3), bucket(100, 4), bucket(200, 5)]
    chart = latency.distribution(rows, QUANTILES, 2200.0)
    assert of(chart, "rect") == rows[1:]
    assert "3 operations of 0 ms are not on the scale" in texts(chart)
    marks = {one["name"]: one["at_ms"] for one in of(chart, "rule")}
    assert marks == {"p50": 105.0, "p95": 107.0, "p99": 108.0, "SLA": 2200.0}


def test_a_distribution_of_what_took_no_time_alone_is_said() -> None:
    chart = latency.distribution([bucket(0, 3)], QUANTILES, None)
    assert latency.UNMEASURED in texts(chart)


def test_an_hour_with_too_few_operations_is_a_cross_with_its_reason() -> None:
    chart = latency.heat_map([hour(1, 0), hour(7, 23, why="3 are too few")], "UTC")
    (known,) = of(chart, "rect")
    assert (known["day"], known["p95_latency_ms"]) == ("Mon", 900.0)
    assert (known["p95_latency_ms_low"], known["p95_latency_ms_high"]) == (800, 1000)
    (cross,) = of(chart, "text")
    assert (cross["day"], cross["why"]) == ("Sun", "3 are too few")


def test_latency_under_load_has_intervals_or_is_grey() -> None:
    ends = {"p95_latency_ms_low": None, "p95_latency_ms_high": None}
    sure = row("latency_by_load", load_band="0", min_calls_in_flight=0)
    few = row("latency_by_load", load_band="16+", min_calls_in_flight=16, **ends)
    chart = load.load([few, sure])
    bounds = [one for one in of(chart, "rule") if "p95_latency_ms_low" in one]
    assert [one["load_band"] for one in bounds] == ["0"]
    grey = of(chart, "point", color=theme.REFUSED)
    assert [one["load_band"] for one in grey] == ["16+"]
    first, *_ = (one for one in layers(chart.body) if one["mark"]["type"] == "rule")
    assert first["encoding"]["x"]["scale"]["domain"] == ["0", "16+"]
    assert json.dumps(chart.spec())


def test_ten_providers_are_drawn_under_load_and_the_others_are_counted() -> None:
    rows = [
        row("latency_by_load", model_provider=f"p{number:02}", interactions=number)
        for number in range(1, 13)
    ]
    chart = load.load(rows)
    drawn = {one["model_provider"] for one in drawn_rows(chart) if len(one) > 1}
    assert drawn == {f"p{number:02}" for number in range(3, 13)}
    assert "2 others, not drawn" in texts(chart)


@pytest.mark.parametrize(("letters", "columns"), [(5, 4), (25, 3), (200, 2)])
def test_a_legend_is_no_wider_than_its_chart(letters: int, columns: int) -> None:
    names = [f"{'m' * (letters - 2)}{number:02}" for number in range(11)]
    legend = look(names)["color"]["legend"]
    assert legend["columns"] == columns


def test_a_long_name_keeps_its_start_and_its_end() -> None:
    name = f"{'a' * 100}{'b' * 100}"
    assert theme.short(name) == f"{'a' * 20}\u2026{'b' * 21}"
    assert theme.short(name[:42]) == name[:42]


def test_a_forecast_without_its_interval_is_none() -> None:
    known = row("cost_forecast")
    assert "no forecast" not in costs.forecast([known], "UTC").alt
    for end in ("low", "high"):
        chart = costs.forecast([{**known, f"forecast_{end}_usd": None}], "UTC")
        assert "no forecast" in chart.alt
        assert "no forecast" in texts(chart)


@pytest.mark.parametrize("spread", [0, 1e-6, 0.01, 1])
def test_names_of_points_do_not_collide(spread: float) -> None:
    rows = [
        member(
            f"provider {n}",
            n,
            rate=0.2 + spread * (n % 3) / 9,
            rate_high=0.999,
            total=9.0,
        )
        for n in range(11)
    ]
    chart = scatter.against("Rates", rows, RATE, TOTAL)
    (names,) = (one for one in layers(chart.body) if one["mark"]["type"] == "text")
    left, right = names["encoding"]["x"]["scale"]["domain"]
    low, high = names["encoding"]["y"]["scale"]["domain"]
    places = [
        (
            scatter.WIDTH * (one["rate"] - left) / (right - left),
            scatter.HEIGHT * (one["name_at"] - low) / (high - low),
        )
        for one in names["data"]["values"]
    ]
    assert len(places) == 11
    assert all(0 <= up <= scatter.HEIGHT for _, up in places)
    assert 0 <= left < right <= 1
    wide = scatter.LETTER * len("provider 10")
    point = scatter.HEIGHT * (9 - low) / (high - low)
    # not on the line of an interval
    assert not [up for _, up in places if abs(up - point) < scatter.LINE / 2 - 1e-6]
    for (x, y), (other_x, other_y) in itertools.combinations(places, 2):
        assert abs(x - other_x) >= wide or abs(y - other_y) >= scatter.LINE - 1e-6
    # those that had to go elsewhere are tied to their points
    ties = [one for one in of(chart, "rule") if "name_at" in one]
    far = [
        up for _, up in places if abs(up - point - scatter.ABOVE) > scatter.LINE + 1e-6
    ]
    assert len(ties) == len(far) >= 3


def test_what_drove_the_cost_says_of_which_days_and_how_much() -> None:
    days = {
        "earlier_starts_on": "2025-04-01",
        "earlier_ends_on": "2025-04-30",
        "later_starts_on": "2025-05-01",
        "later_ends_on": "2025-05-31",
    }
    rows = [
        row("cost_drivers", driver=driver, comparison="history_to_evaluation", **days)
        for driver in costs.ORDER
    ]
    chart = costs.drivers(rows)
    said = "earlier: 2025-04-01 to 2025-04-30; later: 2025-05-01 to 2025-05-31"
    assert {
        one["encoding"]["x"]["title"]
        for one in layers(chart.body)
        if "x" in one["encoding"]
    } == {said}
    texts_of = [one for one in of(chart, "text") if one["step"] in ("earlier", "later")]
    assert texts_of == [
        {"step": "earlier", costs.BEFORE: rows[0][costs.BEFORE]},
        {"step": "later", costs.AFTER: rows[-1][costs.AFTER]},
    ]


def test_a_legend_of_a_page_has_the_columns_that_there_is_room_for() -> None:
    names = [f"provider / model {n}" for n in range(8)]
    rows = [member(name, n, total=9.0) for n, name in enumerate(names)]
    chart = over_days.stacked("Calls", rows, TOTAL, "UTC")
    sizes = {}
    for width in (340, 640):
        fit = {"type": "fit", "contains": "padding"}
        spec = {**chart.spec(), "width": width, "autosize": fit}
        drawn = vl_convert.vegalite_to_svg(json.dumps(spec))
        (found,) = re.findall(r'role-legend".*?d="M0,0h(\d+)v(\d+)', drawn)
        sizes[width] = tuple(map(int, found))
    assert all(legend <= width for width, (legend, _) in sizes.items())
    # four lines of two names, and two of four
    assert sizes[340][1] > 1.5 * sizes[640][1]
    # the bars keep their height beside the longest legend
    longest = over_days.stacked(
        "Calls", [member("m" * 30 + n) for n in "abcdefgh"], TOTAL, "UTC"
    )
    assert longest.body["height"] - 8 * 14 >= 180
