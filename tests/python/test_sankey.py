"""A Sankey diagram: ribbons as wide as what they carry, names that do not collide."""

import itertools
import json
import re
from typing import Any

import pytest
import vl_convert
from test_charts import drawn_rows, texts
from test_charts_workflows import marks
from workflow_rows import link, node

from llm_telemetry.charts import sankey, theme
from llm_telemetry.charts.spec import Chart

# where a line of text is in a drawing, and what it says
TEXT = re.compile(
    r'<text[^>]*transform="translate\((-?[\d.]+),([\d.]+)\)"[^>]*>([^<]+)</text>'
)
LINE = 13
# of Liberation Sans, in thousandths of its size; other letters are no wider
WIDTHS = {"W": 944, "\u2026": 1000, "%": 889, "m": 833, "w": 722, "(": 333, ")": 333}
WIDTHS |= dict.fromkeys(" ,.tf", 278) | {"r": 333, "i": 222}
WIDEST, SIZE = 556, 11
HEADING = re.compile(r"step \d")
NARROW = 340


def chart(**own: Any) -> Chart:
    """Return 60 of 80 workflows that go from a to b or c, and 20 that stay."""
    nodes = [
        node("a", workflows=60, share=0.75, ended=0),
        node("rest", workflows=20, share=0.25, ended=20),
        node("b", 2, workflows=40, share=0.5, ended=40),
        node("c", 2, workflows=20, share=0.25, ended=20),
    ]
    links = [
        link("a", "b", workflows=40, share=0.5),
        link("a", "c", workflows=20, share=0.25, is_decided=False),
    ]
    return sankey.flows([{**one, **own} for one in nodes], links)


def crowded(name: str) -> Chart:
    """Return as many steps and nodes as are drawn, hardly anything in most of them."""
    names = [f"{name} {n:05}" for n in range(sankey.MOST_NODES)] + ["other (995)"]
    steps = range(1, sankey.MOST_STEPS + 1)
    few = {"workflows": 12_345, "share": 1e-6}
    most = {"workflows": 1_000_000_000, "share": 1 - 5e-6}
    nodes = [
        node(one, step, is_other="other" in one, beyond=7, **(few if place else most))
        for step in steps
        for place, one in enumerate(names)
    ]
    pairs = itertools.product(names, names)
    few = {"workflows": 2_000, "share": 1e-6 / 6}
    links = [link(*pair, step, **few) for pair in pairs for step in steps[:-1]]
    return sankey.flows(nodes, links)


def drawn(chart: Chart, width: int) -> list[tuple[float, float, str]]:
    """Return each text of a drawing with its place, once."""
    # as Streamlit fits it to the width of a page
    fitted = {"width": width, "autosize": {"type": "fit", "contains": "padding"}}
    spec = json.dumps({**chart.spec(), **fitted})
    found = TEXT.findall(vl_convert.vegalite_to_svg(spec))
    return list(dict.fromkeys((float(x), float(y), text) for x, y, text in found))


def test_a_ribbon_is_as_wide_as_the_share_that_it_carries() -> None:
    ribbons = marks(chart(), "area")
    assert {(one["next_node"], one["workflows"], one["share"]) for one in ribbons} == {
        ("b", 40, 0.5),
        ("c", 20, 0.25),
    }
    for one in ribbons:
        assert one["bottom"] - one["top"] == pytest.approx(one["share"] * sankey.FLOW)
    bars = {one["node"]: one for one in marks(chart(), "rule")}
    for name, share in (("a", 0.75), ("rest", 0.25), ("b", 0.5), ("c", 0.25)):
        height = bars[name]["bottom"] - bars[name]["top"]
        assert height == pytest.approx(share * sankey.FLOW)


def test_ribbons_lie_side_by_side_within_the_nodes_at_their_ends() -> None:
    bars = {one["node"]: one for one in marks(chart(), "rule")}
    ribbons = marks(chart(), "area")
    leaves = sorted(
        (one for one in ribbons if one["place"] == 0), key=lambda one: one["top"]
    )
    assert leaves[0]["top"] == bars["a"]["top"]
    assert leaves[0]["bottom"] == leaves[1]["top"]
    assert leaves[1]["bottom"] == pytest.approx(bars["a"]["bottom"])
    arrives = {one["next_node"]: one for one in ribbons if one["place"] == 1}
    for name in "bc":
        assert arrives[name]["top"] == pytest.approx(bars[name]["top"])
        assert arrives[name]["bottom"] == pytest.approx(bars[name]["bottom"])


def test_nodes_follow_those_that_they_come_from() -> None:
    nodes = [node("a", share=0.5), node("b", share=0.5)]
    nodes += [node("of b", 2, share=0.5), node("of a", 2, share=0.5)]
    links = [link("a", "of a", share=0.5), link("b", "of b", share=0.5)]
    bars = {one["node"]: one for one in marks(sankey.flows(nodes, links), "rule")}
    assert bars["of a"]["top"] < bars["of b"]["top"]


def test_ribbons_of_a_node_are_in_the_order_of_their_other_ends() -> None:
    names = ("a", "b")
    nodes = [node(name, step, share=0.5) for step in (1, 2) for name in names]
    pairs = itertools.product(reversed(names), reversed(names))
    links = [link(*pair, share=0.25) for pair in pairs]
    ribbons = marks(sankey.flows(nodes, links), "area")
    for place in (0, 1):
        by_height = sorted(
            (one for one in ribbons if one["place"] == place),
            key=lambda one: one["top"],
        )
        ends = [(one["node"], one["next_node"]) for one in by_height]
        near = [pair[place] for pair in ends]
        far = [pair[1 - place] for pair in ends]
        assert (near, far) == ([*"aabb"], [*"abab"])


def test_what_no_decision_led_to_is_grey_and_said() -> None:
    (grey,) = (
        one
        for one in chart().body["layer"]
        if one["mark"]["type"] == "area" and one["mark"]["color"] == theme.MUTED
    )
    assert {one["next_node"] for one in grey["data"]["values"]} == {"c"}
    assert "grey: no decision was recorded between the two" in texts(chart())
    assert "Grey: no decision" in chart().alt


def test_what_goes_on_after_the_last_step_is_counted() -> None:
    assert "not drawn" not in texts(chart()) + chart().alt
    said = f"workflows that go on after step {sankey.MOST_STEPS}, not drawn: 1,234"
    assert said in texts(chart(beyond=1234))
    assert said[1:] in chart(beyond=1234).alt


def test_nothing_is_fixed_below_the_nodes() -> None:
    """A page that fits a chart into its height would squeeze the rest of it."""
    marks = [one["mark"] for one in chart(beyond=1).body["layer"]]
    assert {mark.get("y", 0) for mark in marks} == {0}


def test_alt_text_has_the_first_step_and_the_widest_ribbon() -> None:
    assert "a (60, 75.0%); rest (20, 25.0%)" in chart().alt
    assert "Most go from a to b (40)." in chart().alt
    alone = sankey.flows([node("no branch taken")], [])
    assert "no branch taken (7, 25.0%)." in alone.alt
    assert "Most go" not in alone.alt


@pytest.mark.parametrize("width", [NARROW, theme.WIDTH, 1500])
@pytest.mark.parametrize(
    "name", ["step", "W" * 200, "a step with a name of many words"]
)
def test_texts_do_not_collide_however_narrow_and_long(name: str, width: int) -> None:
    found = drawn(crowded(name), width)
    (beyond,) = (one for one in found if "not drawn" in one[2])
    found.remove(beyond)
    starts = sorted(x for x, _, text in found if HEADING.fullmatch(text))
    step = starts[1] - starts[0]
    assert step * sankey.MOST_STEPS == pytest.approx(width, rel=0.06)
    columns: dict[float, list[float]] = {}
    for x, y, text in found:
        start = max(one for one in starts if one <= x)
        columns.setdefault(start, []).append(y)
        wide = sum(WIDTHS.get(letter, WIDEST) for letter in text) * SIZE / 1000
        # a heading begins above its bar, half of which is on the left
        assert x + wide <= start + step + 3, text
        assert not re.match(r"[\d,]+( \(.*)?\u2026", text), "half a number"
    assert beyond[1] >= max(y for _, y, _ in found) + LINE
    # a heading, and two lines for each node
    assert {len(lines) for lines in columns.values()} == {3 + 2 * sankey.MOST_NODES}
    for lines in columns.values():
        ordered = sorted(lines)
        gaps = [after - before for before, after in itertools.pairwise(ordered)]
        assert min(gaps) >= LINE - 0.01
        # the heading, the name of a node, its count, and so on
        assert min(gaps[2::2]) >= 0.9 * (sankey.LABEL + sankey.GAP - LINE)


def test_a_narrow_chart_has_counts_and_a_wide_one_shares_too() -> None:
    said = {text for _, _, text in drawn(chart(), theme.WIDTH)}
    assert {"60 (75.0%)", "20 (25.0%)", "a", "rest", "step 1", "step 2"} <= said
    assert {"12,345"} <= {text for _, _, text in drawn(crowded("a"), 400)}
    assert "100%" in {text for _, _, text in drawn(crowded("a"), NARROW)}


def test_every_number_is_that_of_a_row() -> None:
    counts = {one["workflows"] for one in drawn_rows(chart()) if "workflows" in one}
    assert counts == {60, 40, 20}
    assert {one["ended"] for one in drawn_rows(chart()) if "ended" in one} == {
        0,
        20,
        40,
    }
