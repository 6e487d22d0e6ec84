"""Times that were never one, and calls that take hours."""

from pathlib import Path

import compiled_sources
import pytest
from litellm_rows import spend
from staged_otlp import call, interactions
from staged_sources import write_lines


def moved(days: float, **fields: str) -> dict[str, object]:
    """Return a call of OTLP whose start and end lie so many days from 2025-12-01."""
    return call("a", at=(days * 86_400_000, days * 86_400_000 + 100)) | fields


@pytest.mark.parametrize("days", [-20_423, -4_000, 10_000, 90_000])
def test_a_span_outside_of_plausible_years_has_no_time(
    tmp_path: Path, days: int
) -> None:
    found = interactions(tmp_path, moved(days)).loc["a"]
    assert found.isna()[["timestamp_utc", "latency_ms"]].all()
    (rejected,) = found["rejected_values"]
    assert rejected["column_name"] == "timestamp_utc"


def test_a_span_that_never_ended_has_no_latency(tmp_path: Path) -> None:
    unended = call("a") | {"endTimeUnixNano": "0"}
    backwards = call("b", at=(100, 99))
    found = interactions(tmp_path, unended, backwards, call("c", at=(0, 2_160_000)))
    assert found["latency_ms"].isna().to_dict() == {"a": True, "b": True, "c": False}
    assert found.loc["c", "latency_ms"] == 2_160_000
    assert not found["timestamp_utc"].isna().any()
    assert found["rejected_values"].isna().all()


@pytest.mark.parametrize(
    "time",
    [
        *("1970-01-01T00:00:00Z", "26-10-02T00:00:00Z", "9999-12-31T23:59:59Z"),
        *("0001-01-01T00:00:00Z", "2014-12-31T23:59:59Z", "infinity"),
        *(46300.5, 1, 1e15 / 3e6, 32503680000, 1e22, 1e28, 9.9e30, -5),
    ],
)
def test_a_record_outside_of_plausible_years_is_rejected(
    tmp_path: Path, time: str | float
) -> None:
    file = tmp_path / "log.jsonl"
    write_lines(file, [spend("odd", startTime=time), spend("even")])
    rows = compiled_sources.staged("litellm", [file], "jsonl")["interactions"]
    by_id = rows.set_index("interaction_id")
    assert by_id["timestamp_utc"].isna().to_dict() == {"even": False, "odd": True}
    (rejected,) = by_id.loc["odd", "rejected_values"]
    assert rejected["column_name"] == "timestamp_utc"


def test_a_record_of_an_end_before_its_start_has_no_latency(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    backwards = spend("odd", endTime="2025-01-24T09:20:46.847370Z")
    hours = spend("long", endTime="2025-01-24T13:20:46.847371Z")
    write_lines(file, [backwards, hours])
    rows = compiled_sources.staged("litellm", [file], "jsonl")["interactions"]
    latencies = rows.set_index("interaction_id")["latency_ms"]
    assert latencies.isna()["odd"]
    assert latencies["long"] == 4 * 3_600_000
