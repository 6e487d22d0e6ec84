"""Drawing charts as SVG, in a process that is warm before the first one is known.

To start the library that draws takes as long as to draw ten charts, and its memory
should not add to that of what decides.
"""

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from xml.sax.saxutils import quoteattr

from llm_telemetry.charts import theme
from llm_telemetry.charts.spec import Chart
from llm_telemetry.warehouse.child_process import Worker

PROCESS = "llm_telemetry.charts.drawing_process"
# characters that XML cannot carry, and that a name in the data may have
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
OPENING = re.compile(r"<svg [^>]*?(width=\"[^\"]*\" height=\"[^\"]*\"[^>]*)>")

_waiting: list[Worker] = []


def start() -> None:
    """Start a process that draws, for the next one who needs one."""
    if not _waiting:
        _waiting.append(Worker(PROCESS))


class Drawing:
    """Charts that are being drawn: given by name, and taken all at once."""

    def __init__(self, *, is_idle: bool = False) -> None:
        """Take the process that waits, or start one; if idle, none, to draw nothing."""
        if not is_idle:
            start()
        self._worker = None if is_idle else _waiting.pop()
        self._charts: dict[str, Chart] = {}

    def __enter__(self) -> Self:
        """Start; nothing is drawn yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        if self._worker:
            self._worker.close()

    def add(self, charts: Mapping[str, Chart]) -> None:
        """Have charts drawn; do not wait for them."""
        for name, chart in charts.items() if self._worker else ():
            self._charts[name] = chart
            self._worker.send(chart.spec())

    def drawn(self) -> dict[str, tuple[Chart, str]]:
        """Return each chart with its SVG; raise RuntimeError where one has none."""
        return {
            name: (chart, _svg(name, chart, self._worker.receive()))
            for name, chart in self._charts.items()
        }


def standalone(svg: str) -> bytes:
    """Return an SVG as a file of its own, dark where the reader's screen is."""
    style = (
        f"<style>svg{{background:{theme.PAPER}}}"
        "@media screen and (prefers-color-scheme:dark){"
        f"svg{{background:{theme.DARK[theme.PAPER]}}}{theme.dark_style()}}}</style>"
    )
    start = svg.index(">") + 1
    return f"{svg[:start]}{style}{svg[start:]}\n".encode()


def _svg(name: str, chart: Chart, answer: Mapping[str, str]) -> str:
    if "svg" not in answer:
        raise RuntimeError(f"{name}: not drawn: {answer.get('error')}")
    svg = NOT_XML.sub("\ufffd", answer["svg"])
    label = quoteattr(NOT_XML.sub("\ufffd", f"{chart.title}. {chart.alt}"))
    opening = r'<svg xmlns="http://www.w3.org/2000/svg" role="img" \1 aria-label='
    return OPENING.sub(lambda found: f"{found.expand(opening)}{label}>", svg, count=1)
