"""Drawing charts as SVG, in a process of its own, beside what decides.

The library that draws takes a third of a second and 90 MB to start, so that a chart
that the bundle to be replaced has already is taken from there.
"""

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from llm_telemetry.charts import theme
from llm_telemetry.charts.spec import Chart
from llm_telemetry.warehouse.child_process import Worker

PROCESS = "llm_telemetry.charts.drawing_process"
# characters that XML cannot carry, and that a name in the data may have
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# the library fails where it cuts one of these in two, and its fonts have none of them
NOT_DRAWN = re.compile("[\U00010000-\U0010ffff]")
OPENING = re.compile(r"<svg [^>]*?(width=\"[^\"]*\" height=\"[^\"]*\"[^>]*)>")
CHART = re.compile(r'^<svg [^>]*data-chart="([0-9a-f]{64})"')
STYLE = (
    f"<style>svg{{background:{theme.PAPER}}}"
    "@media screen and (prefers-color-scheme:dark){"
    f"svg{{background:{theme.DARK[theme.PAPER]}}}{theme.dark_style()}}}</style>"
)


class Drawing:
    """Charts that are being drawn: given by name, and taken all at once."""

    def __init__(
        self, earlier: Mapping[str, bytes] | None = None, *, is_idle: bool = False
    ) -> None:
        """Take charts from ``earlier`` files where they are there; if idle, draw none.

        The process is started for the first chart that is not there.
        """
        texts = [file.decode() for file in (earlier or {}).values()]
        self._known = {
            found[1]: text.strip().replace(STYLE, "", 1)
            for text in texts
            if (found := CHART.match(text)) and STYLE in text
        }
        self._is_idle = is_idle
        self._worker: Worker | None = None
        self._charts: dict[str, tuple[Chart, str]] = {}

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
        for name, chart in charts.items() if not self._is_idle else ():
            digest = _digest(chart)
            self._charts[name] = chart, digest
            if digest not in self._known:
                self._worker = self._worker or Worker(PROCESS)
                self._worker.send(_cleaned(chart.spec()))

    def drawn(self) -> dict[str, tuple[Chart, str]]:
        """Return each chart with its SVG; raise RuntimeError where one has none."""
        return {
            name: (chart, self._known.get(digest) or self._received(chart, digest))
            for name, (chart, digest) in self._charts.items()
        }

    def _received(self, chart: Chart, digest: str) -> str:
        assert self._worker is not None
        answer = self._worker.receive()
        if "svg" not in answer:
            raise RuntimeError(f"{chart.title}: not drawn: {answer.get('error')}")
        label = escape(_clean(f"{chart.title}. {chart.alt}"))
        named = f'role="img" aria-label="{label}" data-chart="{digest}"'
        return OPENING.sub(
            lambda found: f'<svg xmlns="{theme.SVG}" {named} {found[1]}>',
            _clean(answer["svg"]),
            count=1,
        )


def standalone(svg: str) -> bytes:
    """Return an SVG as a file of its own, dark where the reader's screen is."""
    start = svg.index(">") + 1
    return f"{svg[:start]}{STYLE}{svg[start:]}\n".encode()


def _clean(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)


def _cleaned(value: Any) -> Any:
    """Return a specification without what the library that draws stops at."""
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    if isinstance(value, str):
        return NOT_DRAWN.sub("\u25a1", _clean(value))
    return value


def _digest(chart: Chart) -> str:
    """Return the SHA-256 of all that an SVG follows from."""
    parts = [chart.title, chart.alt, chart.spec(), _code()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@cache
def _code() -> str:
    """Return what draws: the version of the library, and this module."""
    version = importlib.metadata.version("vl-convert-python")
    return f"{version} {hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}"
