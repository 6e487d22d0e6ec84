"""Up to six lines have their names at their ends, and more of them a legend."""

import itertools
import json
import re
from dataclasses import replace
from typing import Any

import pytest
import vl_convert
from chart_rows import DAY, RATE, TOTAL, member
from hypothesis import given
from hypothesis import strategies as st
from test_charts import layers
from test_member_charts import LATER, NO_INTERVAL, of

from llm_telemetry.charts import line_ends, over_days, theme
from llm_telemetry.charts.spec import Chart

NAMES = [f"provider / model {letter}" for letter in "abcdef"]
TEXT = re.compile(
    r'<text[^>]*translate\(([-\d.]+),([-\d.]+)\)[^>]*fill="([^"]*)"[^>]*>'
)
# some of them equal
ENDS = st.lists(
    st.one_of(st.integers(0, 10**6), st.sampled_from([0, 500_000, 10**6])).map(
        lambda millionths: millionths / 10**6
    ),
    min_size=2,
    max_size=6,
)


def chart(ends: list[float | None], **own: Any) -> Chart:
    """Return a chart of lines that end at some values, or have none."""
    rows = [
        member(f"m{n}", n + 1, interaction_date=day, rate=end, **NO_INTERVAL, **own)
        for n, end in enumerate(ends)
        for day in (DAY, LATER)
    ]
    return over_days.lines("Rates", rows, [RATE, TOTAL], "UTC")


def of_names(names: list[str]) -> Chart:
    rows = [
        member(name, rank, interaction_date=day, rate=rank / 10)
        for rank, name in enumerate(names, 1)
        for day in (DAY, LATER)
    ]
    limited = replace(RATE, limit=0.4)
    return over_days.lines("Rates", rows, [limited, TOTAL], "UTC")


def named(panel: dict[str, Any], *, known: bool = True) -> list[dict[str, Any]]:
    """Return the rows of the names of a panel, or of those that have no value."""
    return [
        row
        for one in layers(panel)
        if one["mark"]["type"] == "text" and known == ("fill" not in one["mark"])
        for row in one["data"]["values"]
        if "member" in row
    ]


def drawn(made: Chart, width: int = theme.WIDTH, *, is_dark: bool = False) -> str:
    """Return a chart as the SVG that a page of a width shows."""
    spec = made.spec(is_dark=is_dark)
    for panel in spec["vconcat"]:
        panel["width"] = width
    return str(vl_convert.vegalite_to_svg(json.dumps(spec)))


def texts_of(svg: str) -> dict[str, list[tuple[float, str]]]:
    """Return how far right each text starts, and its colour, by what it says."""
    found: dict[str, list[tuple[float, str]]] = {}
    for x, _, fill, text in re.findall(f"{TEXT.pattern}([^<]*)", svg):
        found.setdefault(text, []).append((float(x), fill))
    return found


@pytest.mark.parametrize("count", [1, 2, 6, 7, 11])
def test_up_to_six_lines_are_named_at_their_ends_and_more_in_a_legend(
    count: int,
) -> None:
    names = [f"model {n:02}" for n in range(count)]
    made = of_names(names)
    assert [[row["member"] for row in named(one)] for one in made.body["vconcat"]] == (
        [names, names] if 2 <= count <= 6 else [[], []]
    )
    svg = drawn(made)
    assert ("role-legend" in svg) == (not 2 <= count <= 6)
    assert all(svg.count(f">{name}</text>") == 1 + (2 <= count <= 6) for name in names)


@given(ends=ENDS)
def test_names_do_not_overlap_and_stand_in_the_order_of_their_lines(
    ends: list[float],
) -> None:
    (rates, _) = chart([*ends]).body["vconcat"]
    (words,) = (
        one
        for one in layers(rates)
        if one["mark"]["type"] == "text" and "name_at" in one["data"]["values"][0]
    )
    low, high = words["encoding"]["y"]["scale"]["domain"]
    pixels = {
        row["member"]: (row["name_at"] - low) / (high - low) * rates["height"]
        for row in words["data"]["values"]
    }
    assert len(pixels) == len(ends)
    for one, other in itertools.pairwise(sorted(pixels.values())):
        assert other - one >= line_ends.LINE - 1e-6
    for place in pixels.values():
        assert -1e-6 <= place <= rates["height"] - line_ends.LINE / 2 + 1e-6
    for one, other in itertools.permutations(range(len(ends)), 2):
        assert ends[one] >= ends[other] or pixels[f"m{one}"] < pixels[f"m{other}"]


def test_a_name_moves_no_further_than_it_must() -> None:
    far = {"a": 10.0, "b": 60.0}
    assert line_ends.apart(far, 13, 100) == far
    close = {"top": 52.0, "low": 10.0, "middle": 50.0}
    assert line_ends.apart(close, 12, 100) == {"low": 10, "middle": 45, "top": 57}
    assert line_ends.apart({"a": 1.0, "b": 1.0}, 12, 100) == {"a": 0, "b": 12}
    assert line_ends.apart({"a": 99.0, "b": 99.0}, 12, 100) == {"a": 88, "b": 100}


def test_a_name_is_at_the_last_known_value_of_its_line() -> None:
    rows = [
        member("a", 1, rate=0.1),
        member("b", 2, rate=0.9),
        member("a", 1, interaction_date=LATER, rate=None, **NO_INTERVAL),
        member("b", 2, interaction_date=LATER, rate=0.5),
    ]
    made = over_days.lines("Rates", rows[::-1], [RATE], "UTC")
    (panel,) = made.body["vconcat"]
    found = {row["member"]: row for row in named(panel)}
    assert found["a"] == {"interaction_date": DAY, "member": "a", "name_at": 0.1}
    assert found["b"]["name_at"] == pytest.approx(0.5)
    ties = [row for row in of(made, "rule") if "name_at" in row]
    assert {row["member"]: row["rate"] for row in ties} == {"a": 0.1, "b": 0.5}


@pytest.mark.parametrize("is_dark", [False, True])
def test_a_name_has_the_colour_of_its_line(is_dark: bool) -> None:
    made = of_names(NAMES)
    found = texts_of(drawn(made, is_dark=is_dark))
    spec = made.spec(is_dark=is_dark)
    line = next(one for one in layers(spec) if one["mark"]["type"] == "line")
    colours = line["encoding"]["color"]["scale"]["range"]
    assert len(set(colours[:5])) == 5
    # on paper, a text is darker than a line
    darker = {} if is_dark else theme.TEXTS
    for name, colour in zip(NAMES, colours, strict=True):
        fills = {fill for _, fill in found[name]}
        assert fills == {darker.get(colour, colour)}
    (tie,) = (
        one
        for one in layers(spec["vconcat"][1])
        if one["mark"]["type"] == "rule" and "color" in one["encoding"]
    )
    # the first and the sixth differ in their dashes
    for channel in ("color", "strokeDash"):
        assert tie["encoding"][channel] == line["encoding"][channel]
    assert tie["encoding"]["strokeDash"]["scale"]["range"][5] != [1, 0]


def test_a_member_without_a_value_is_named_in_grey_beside_its_crosses() -> None:
    made = chart([0.25, None, 0.5])
    rates, total = made.body["vconcat"]
    assert [row["member"] for row in named(rates)] == ["m0", "m2"]
    (lost,) = named(rates, known=False)
    assert lost == {"interaction_date": LATER, "member": "m1", "name_at": 0}
    assert [row["member"] for row in named(total)] == ["m0", "m1", "m2"]
    assert not named(total, known=False)
    found = texts_of(drawn(made))
    assert [fill for _, fill in found["\u00d7 m1"]] == [theme.REFUSED]
    # where nothing is known, the other panels name the members
    rates, total = chart([None, None]).body["vconcat"]
    assert not [*named(rates), *named(rates, known=False)]
    assert len(named(total)) == 2


@pytest.mark.parametrize("width", [350, 640, 820])
@pytest.mark.parametrize("letters", [5, 28, 200])
def test_names_take_room_from_the_days_and_none_beside_the_plot(
    letters: int, width: int
) -> None:
    names = [f"{('model/' * letters)[: letters - 2]}{n:02}" for n in range(6)]
    svg = drawn(of_names(names), width)
    (whole,) = re.findall(r'^<svg [^>]*?width="([\d.]+)"', svg)
    assert float(whole) < width + 50
    # a name whose middle is left out keeps its end
    ends = [
        x
        for text, places in texts_of(svg).items()
        for x, _ in places
        if re.search(r"[a-z/\u2026]0\d$", text)
    ]
    assert len(ends) == 12
    (start,) = set(ends)
    assert start >= 0.6 * width
    points = re.findall(r"mark-symbol.*?</g>", svg)
    places = re.findall(r"translate\(([\d.]+),", "".join(points))
    assert max(map(float, places)) == pytest.approx(start - line_ends.ASIDE)
    # so does the line at the limit
    (limit,) = re.findall(r'x2="([\d.]+)"[^>]*stroke-dasharray="4,3"', svg)
    assert float(limit) == pytest.approx(start - line_ends.ASIDE)
