"""A Sankey diagram of workflows: steps from left to right, ribbons from node to node.

Places are layout: a ribbon is as high as its share of all workflows.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from llm_telemetry.charts import theme
from llm_telemetry.charts.spec import (
    Chart,
    Row,
    Rows,
    Spec,
    axis,
    counted,
    layer,
    nothing,
)

# steps, and nodes of a step beside those that are one together
MOST_STEPS, MOST_NODES = 6, 5
# in pixels: all workflows, the two lines that name a node, and what is between nodes
FLOW, LABEL, GAP, HEADING, LINE = 220, 28, 8, 24, 16
# how wide a letter is, on average and in the widest of the fonts
LETTER = 7
Key = tuple[int, str]
# a ribbon leaves and arrives level
BEND = 0.12
X, TOP, BOTTOM = "place", "top", "bottom"
COUNTED = ("workflows", "share")


@dataclass
class Box:
    """Where a node is: its upper and lower end, and how far its ribbons fill it."""

    top: float
    bottom: float
    left: float = 0
    entered: float = 0

    @property
    def middle(self) -> float:
        """Return its middle."""
        return (self.top + self.bottom) / 2


def flows(nodes: Rows, links: Rows) -> Chart:
    """Return how many workflows go from the node of a step to that of the next.

    ``nodes`` have step, node, is_other, workflows, share (of all), ended (that go no
    further) and beyond (workflows that go on after the last step); ``links`` have step,
    node, next_node, is_decided (whether that was recorded), workflows and share.
    """
    title = "Execution paths"
    if not nodes:
        return nothing(title, "No workflow has recorded a branch decision yet.")
    boxes = _placed(nodes, links)
    steps = max(row["step"] for row in nodes)
    ribbons = _ribbons(links, boxes)
    said = _said(nodes, links)
    end = max(box.bottom for box in boxes.values()) + LABEL / 2
    # fitted to the width of a page, a chart gets lower by what is beyond its ends
    height = end + LINE * len(said)
    x = axis(X, "step", scale={"domain": [0, steps]}, axis=None)
    y = axis(TOP, "workflows", scale={"domain": [height, 0], "nice": False}, axis=None)
    below = [{TOP: end + n * LINE, "said": text} for n, text in enumerate(said)]
    words: Spec = {"type": "text", "align": "left", "fill": theme.REFUSED}
    words |= {"baseline": "top", "x": 0, "text": {"expr": "datum.said"}}
    layers = [*_areas(ribbons, x, y), *_named(nodes, boxes, steps, x, y)]
    layers += [layer(below, (TOP, "said"), words, y=y)] if said else []
    body = {"width": theme.WIDTH, "height": height, "layer": layers}
    return Chart(title, _alt(nodes, links, said), body)


def _placed(nodes: Rows, links: Rows) -> dict[Key, Box]:
    """Return where the nodes are, each beside those that its workflows come from."""
    before: defaultdict[Key, list[tuple[Key, float]]] = defaultdict(list)
    for link in links:
        key = link["step"] + 1, link["next_node"]
        before[key].append(((link["step"], link["node"]), link["share"]))
    boxes: dict[Key, Box] = {}

    def order(row: Row) -> tuple[bool, float]:
        sources = before[row["step"], row["node"]]
        weight = sum(share for _, share in sources)
        middles = sum(boxes[key].middle * share for key, share in sources)
        return row["is_other"], middles / weight if weight else 0

    for step in sorted({row["step"] for row in nodes}):
        top = float(HEADING)
        for row in sorted((one for one in nodes if one["step"] == step), key=order):
            flow = max(row["share"] * FLOW, 1)
            room = max(flow, LABEL)
            upper = top + (room - flow) / 2
            boxes[step, row["node"]] = Box(upper, upper + flow)
            top += room + GAP
    return boxes


def _ribbons(links: Rows, boxes: dict[Key, Box]) -> list[Row]:
    """Return four points of each ribbon, in the order of the nodes at its other end."""
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    places = range(len(links))
    left = [boxes[link["step"], link["node"]] for link in links]
    right = [boxes[link["step"] + 1, link["next_node"]] for link in links]
    for place in sorted(places, key=lambda one: right[one].top):
        starts[place] = left[place].top + left[place].left
        left[place].left += links[place]["share"] * FLOW
    for place in sorted(places, key=lambda one: left[one].top):
        ends[place] = right[place].top + right[place].entered
        right[place].entered += links[place]["share"] * FLOW
    return [
        {
            **link,
            "link": place,
            X: link["step"] - 1 + along,
            TOP: upper,
            BOTTOM: upper + link["share"] * FLOW,
        }
        for place, link in enumerate(links)
        for along, upper in (
            (0, starts[place]),
            (BEND, starts[place]),
            (1 - BEND, ends[place]),
            (1, ends[place]),
        )
    ]


def _areas(ribbons: Iterable[Row], x: Spec, y: Spec) -> list[Spec]:
    """Return the ribbons: what was recorded in blue, and what follows from it in grey.

    A line around each is there however few workflows take it.
    """
    columns = ("link", X, TOP, BOTTOM, "node", "next_node", *COUNTED)
    told = [
        {"field": "node", "type": "nominal", "title": "from"},
        {"field": "next_node", "type": "nominal", "title": "to"},
        *_counted(),
    ]
    at: Spec = {"x": x, "y": y, "y2": {"field": BOTTOM}, "tooltip": told}
    at["detail"] = {"field": "link", "type": "nominal"}
    layers = []
    for is_decided, colour in ((True, theme.BLUE), (False, theme.MUTED)):
        mark = {
            "type": "area",
            "interpolate": "monotone",
            "color": colour,
            "fillOpacity": 0.3,
            "stroke": colour,
            "strokeWidth": 0.5,
            "strokeOpacity": 0.6,
        }
        drawn = [row for row in ribbons if row["is_decided"] == is_decided]
        layers += [layer(drawn, columns, mark, **at)] if drawn else []
    return layers


def _named(
    nodes: Rows, boxes: dict[Key, Box], steps: int, x: Spec, y: Spec
) -> list[Spec]:
    """Return the nodes, each with its name and its workflows to the right of it."""
    placed = []
    for row in nodes:
        box = boxes[row["step"], row["node"]]
        place = {X: row["step"] - 1, TOP: box.top, BOTTOM: box.bottom}
        placed.append({**row, **place, "middle": box.middle})
    room = f"(width / {steps} - 14)"
    text = {"type": "text", "align": "left", "dx": 8, "limit": {"expr": room}}
    letters = f"max(6, floor({room} / {LETTER}))"
    name = {"expr": theme.shortened("datum.node", letters)}
    counts = {"expr": _counts(room)}
    middle = {"x": x, "y": {**y, "field": "middle"}}
    told = [axis("node", "step", "nominal"), *_counted()]
    told.append(axis("ended", "end here", format=","))
    columns = (X, TOP, BOTTOM, "node", *COUNTED, "ended")
    at: Spec = {"x": x, "y": y, "y2": {"field": BOTTOM}, "tooltip": told}
    bars = [
        layer(drawn, columns, {"type": "rule", "strokeWidth": 7, "color": colour}, **at)
        for is_other, colour in ((False, theme.BLUE), (True, theme.MUTED))
        if (drawn := [row for row in placed if row["is_other"] == is_other])
    ]
    words = (X, "middle", "node", *COUNTED)
    lines = [{**text, "dy": -6, "text": name}, {**text, "dy": 7, "text": counts}]
    # a ribbon does not strike a word out
    halo = {"stroke": theme.PAPER, "strokeWidth": 3, "opacity": 0.7}
    heading = {"type": "text", "align": "left", "dx": -3, "baseline": "top"}
    heading |= {"y": 0, "fill": theme.MUTED, "text": {"expr": "datum.step"}}
    numbered = [{X: step, "step": f"step {step + 1}"} for step in range(steps)]
    return [
        *bars,
        *(
            layer(placed, words, {**line, **behind}, **middle)
            for behind in (halo, {})
            for line in lines
        ),
        layer(numbered, (X, "step"), heading, x=x),
    ]


def _counts(room: str) -> str:
    """Return what is written of a node in some pixels: half a number says nothing."""
    count, share = "format(datum.workflows, ',')", "format(datum.share, '{}')"
    whole = f"{count} + ' (' + {share.format('.1%')} + ')'"
    fits = f"length({{}}) * {LETTER} <= {room}"
    return (
        f"{fits.format(whole)} ? {whole} : {fits.format(count)} ? {count} : "
        f"{share.format('.0%')}"
    )


def _counted() -> list[Spec]:
    return [
        axis("workflows", "workflows", format=","),
        axis("share", "share", format=".1%"),
    ]


def _said(nodes: Rows, links: Rows) -> list[str]:
    """Return what the picture needs to be read."""
    said = []
    if not all(link["is_decided"] for link in links):
        said.append("grey: no decision was recorded between the two")
    if beyond := nodes[0]["beyond"]:
        said.append(
            f"workflows that go on after step {MOST_STEPS}, not drawn: {beyond:,}"
        )
    return said


def _alt(nodes: Rows, links: Rows, said: Iterable[str]) -> str:
    steps = max(row["step"] for row in nodes)
    first = "; ".join(
        f"{row['node']} ({row['workflows']:,}, {row['share']:.1%})"
        for row in nodes
        if row["step"] == 1
    )
    widest = max(links, key=lambda link: link["workflows"], default=None)
    most = (
        f" Most go from {widest['node']} to {widest['next_node']} "
        f"({widest['workflows']:,})."
        if widest
        else ""
    )
    parts = [
        f"Where workflows are, in {counted(steps, 'step')}. Step 1: {first}.{most}"
    ]
    return " ".join([*parts, *(f"{one[0].upper()}{one[1:]}." for one in said)])
