"""What each instrumentation writes, and what of it becomes the columns of a call.

A file of tests/fixtures/emitters has the spans of one instrumentation, written by hand
in its own attributes, the facts that they contain, and the facts that it never writes.
The table of instrumentations in docs/guides/sources.md comes from the same files.
"""

import json
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT
from staged_otlp import Record, attribute_list, nanoseconds, request, span, staged

FILES = sorted((ROOT / "tests" / "fixtures" / "emitters").glob("*.json"))
FACTS = {
    *("tokens", "cache", "reasoning", "cost", "ttft", "failures", "retries"),
    *("session", "user", "tools"),
}
# a fact of one value, and the column in which it is found
COLUMNS = {
    "provider": "model_provider",
    "model": "model_name",
    "reasoning": "reasoning_tokens",
    "cost": "cost_usd",
    "ttft": "ttft_ms",
    "retries": "attempted_retries",
    "finish_reason": "finish_reason",
    "error_type": "error_type",
    "operation_id": "operation_id",
    "use_case": "use_case",
    "region": "region",
}
Frames = dict[str, pd.DataFrame]


def emitter(name: str) -> Record:
    """Return a fixture."""
    known: Record = json.loads((FILES[0].parent / f"{name}.json").read_text())
    return known


def spans(name: str) -> list[Record]:
    """Return the spans of a fixture in a trace of its own."""
    fixture = emitter(name)
    trace = f"{FILES.index(FILES[0].parent / f'{name}.json') + 1:x}"
    return [
        span(
            one["id"],
            one.get("parent", ""),
            scope=fixture["scope"],
            trace=trace,
            name=one.get("name", ""),
            at=one["at"],
            status=one.get("status", {}),
            events=[event(**written) for written in one.get("events", [])],
            **one["attributes"],
        )
        for one in fixture["spans"]
    ]


def event(name: str, at: float, attributes: Record | None = None) -> Record:
    """Return an event of a span at a time in ms."""
    listed = attribute_list(attributes or {})
    return {"name": name, "timeUnixNano": nanoseconds(at), "attributes": listed}


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """Stage every fixture at once, each as a service of its own."""
    file = tmp_path_factory.mktemp("emitters") / "spans.jsonl"
    names = [one.stem for one in FILES]
    lines = [request(*spans(name), **{"service.name": name}) for name in names]
    file.write_text("".join(f"{line}\n" for line in lines))
    return staged([file])


def found(frames: Frames, name: str) -> Record:
    """Return the facts of a fixture's calls and tools, as the fixture writes them."""
    interactions, tools = frames["interactions"], frames["tool_calls"]
    calls = interactions[interactions["service_name"] == name]
    traces = set(calls["trace_id"])
    own_tools = tools[tools["trace_id"].isin(traces)]
    facts: Record = {key: first(calls[column]) for key, column in COLUMNS.items()}
    failed = calls[calls["is_failure"].fillna(False) | calls["safety_block_flag"]]
    only_failed = sorted(failed[failed["is_failure"]]["failure_type"])
    return facts | {
        "calls": len(calls),
        "tokens": [first(calls["prompt_tokens"]), first(calls["completion_tokens"])],
        "cache": [
            first(calls["cache_read_tokens"]),
            first(calls["cache_write_tokens"]),
        ],
        "failures": only_failed,
        "abandoned": int(calls["is_abandoned"].sum()),
        "streams": int(calls["is_streaming"].sum()),
        "session": None
        if calls["session_is_inferred"].all()
        else first(calls["session_id"]),
        "user": bool((calls["user_id"] != "unknown").any()),
        "tools": [len(own_tools), int(own_tools["is_failure"].sum())],
    }


def first(column: pd.Series) -> Any:
    """Return the first value that is there."""
    values = column.dropna().tolist()
    return values[0] if values else None


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_what_an_instrumentation_writes_is_read(frames: Frames, name: str) -> None:
    expected, got = emitter(name)["expected"], found(frames, name)
    assert {key: got[key] for key in expected} == expected


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_what_it_does_not_write_is_unknown(frames: Frames, name: str) -> None:
    got = found(frames, name)
    nothing: Record = {
        **{"tokens": [None, None], "cache": [None, None], "tools": [0, 0]},
        **{"failures": [], "user": False},
    }
    for fact in emitter(name)["not_written"]:
        assert got[fact] == nothing.get(fact), fact


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_every_fact_is_accounted_for(name: str) -> None:
    known = emitter(name)
    in_words = known.get("in_words", {})
    assert FACTS - {*known["expected"], *known["not_written"], *in_words} == set()
    assert not set(known["not_written"]) & {*known["expected"], *in_words}
