"""The process that draws: one line of JSON with a chart in, one with its SVG out."""

import json
import sys
from typing import Any

import vl_convert

from llm_telemetry.warehouse.child_process import send_line

VERSION = "6.4"


def svg(spec: dict[str, Any]) -> str:
    """Return a specification as SVG; nothing is fetched."""
    return vl_convert.vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[])


def main() -> None:
    """Draw until the other end closes."""
    for line in sys.stdin:
        try:
            send_line(svg=svg(json.loads(line)))
        except ValueError as error:
            send_line(error=str(error))


if __name__ == "__main__":
    main()
