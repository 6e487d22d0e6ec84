"""The process that draws: one line of JSON with a chart in, one with its SVG out."""

import json
import sys

import vl_convert

from llm_telemetry.charts.theme import SCHEMA
from llm_telemetry.warehouse.child_process import send_line

VERSION = "6.4"
# what the first chart would wait for: a scale of each kind, an axis, text, layers
FIRST = {
    "$schema": SCHEMA,
    "data": {"values": [{"day": "2025-01-01T00:00:00Z", "name": "a", "value": 1}]},
    "encoding": {
        "x": {"field": "day", "type": "temporal", "scale": {"type": "utc"}},
        "y": {"field": "value", "type": "quantitative"},
    },
    "layer": [
        {"mark": "line"},
        {"mark": "text", "encoding": {"text": {"field": "name", "type": "nominal"}}},
    ],
}


def svg(spec: object) -> str:
    """Return a specification as SVG; nothing is fetched."""
    drawn: str = vl_convert.vegalite_to_svg(
        spec, vl_version=VERSION, allowed_base_urls=[]
    )
    return drawn


def main() -> None:
    """Draw until the other end closes."""
    svg(FIRST)
    for line in sys.stdin:
        try:
            send_line(svg=svg(json.loads(line)))
        except ValueError as error:
            send_line(error=str(error))


if __name__ == "__main__":
    main()
