"""The one theme of every chart: its colours, light and dark, and its configuration.

The colours of data are those of Okabe and Ito, which colour-blind people tell apart.
"""

from typing import Any

INK, MUTED, GRID, PAPER = "#1b2430", "#56606b", "#dde2e8", "#ffffff"
# what was refused or not measured
REFUSED = "#6c757f"
BLUE, GREEN = "#0072b2", "#009e73"
RED, PURPLE = "#d55e00", "#b8608d"
# the colours of data that are too pale for a text on white paper, as a text has them
TEXTS = {GREEN: "#007f5c", RED: "#b84f00", PURPLE: "#a84f7d"}

# each colour of the light theme, in the dark one
DARK = {
    INK: "#e6eaee",
    MUTED: "#a9b2bb",
    GRID: "#313943",
    PAPER: "#14181d",
    REFUSED: "#8d97a1",
    BLUE: "#56b4e9",
    GREEN: "#2bc79b",
    RED: "#ff8a4c",
    PURPLE: "#e59bc2",
}
DARK |= {text: DARK[colour] for colour, text in TEXTS.items()}
# the first one is measured, wherever a figure is drawn: the renderer brings it along
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
SVG = "http://www.w3.org/2000/svg"
WIDTH = 640
# letters of a name that are drawn
LETTERS = 42


def short(name: str) -> str:
    """Return a name without its middle where it is long: models differ at the end."""
    half = LETTERS // 2
    return name if len(name) <= LETTERS else f"{name[: half - 1]}\u2026{name[-half:]}"


def shortened(name: str = "datum.label", letters: int | str = LETTERS) -> str:
    """Return ``short`` as an expression of Vega; so is ``name``, or ``letters``."""
    half = letters // 2 if isinstance(letters, int) else f"floor({letters} / 2)"
    parts = f"slice({name}, 0, {half} - 1) + '\u2026' + slice({name}, -{half})"
    return f"length({name}) > {letters} ? {parts} : {name}"


CONFIG: dict[str, Any] = {
    "font": FONT,
    "aria": False,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "domainColor": REFUSED,
        "tickColor": REFUSED,
        "gridColor": GRID,
        "labelColor": MUTED,
        "labelFontSize": 11,
        "labelLimit": 280,
        "titleColor": INK,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "titleLimit": 600,
    },
    "axisDiscrete": {"labelExpr": shortened()},
    "legend": {
        "orient": "bottom",
        "labelColor": MUTED,
        "titleColor": INK,
        "labelFontSize": 11,
        "titleFontSize": 11,
        # of shapes, which have no colour of their own
        "symbolBaseFillColor": MUTED,
        "symbolBaseStrokeColor": MUTED,
    },
    # a mark with text is black otherwise, in the dark too
    "text": {"fill": INK, "fontSize": 11},
    "point": {"opacity": 1},
    "tick": {"opacity": 1},
    "concat": {"spacing": 18},
}


def darkened(value: Any) -> Any:
    """Return a specification with the colours of the dark theme."""
    if isinstance(value, dict):
        return {key: darkened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [darkened(inner) for inner in value]
    return DARK.get(value, value) if isinstance(value, str) else value


def dark_style(within: str = "") -> str:
    """Return the CSS that turns the light colours of an SVG into the dark ones."""
    return "".join(
        f'{within}[{name}="{light}"]{{{name}:{dark}}}'
        for light, dark in DARK.items()
        for name in ("fill", "stroke")
    )
