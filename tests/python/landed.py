"""Read what was landed: spans and events of sealed segments, attributes as a dict."""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def segments(folder: Path, signal: str = "spans", suffix: str = "") -> list[Path]:
    """Return the sealed segments of a signal, or with a suffix the open ones."""
    return sorted(folder.glob(f"signal={signal}/dt=*/*.jsonl{suffix}"))


def spans(folder: Path) -> list[Json]:
    """Return every span of the sealed segments; a line that is torn is an error."""
    return [
        span
        for request in _requests(segments(folder))
        for resource in request["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]


def events(folder: Path) -> list[Json]:
    """Return every log event of the sealed segments."""
    return [
        record
        for request in _requests(segments(folder, "logs"))
        for resource in request["resourceLogs"]
        for scope in resource["scopeLogs"]
        for record in scope["logRecords"]
    ]


def attributes(part: Json) -> Json:
    """Return the attributes of a span or event, each as its plain value."""
    return {
        attribute["key"]: next(iter(attribute["value"].values()), None)
        for attribute in part.get("attributes", ())
    }


def _requests(files: list[Path]) -> list[Json]:
    return [json.loads(line) for file in files for line in _lines(file)]


def _lines(file: Path) -> list[bytes]:
    content = file.read_bytes()
    assert content.endswith(b"\n")
    return content.splitlines()
