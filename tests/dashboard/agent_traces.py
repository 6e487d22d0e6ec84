"""Traces of agents as OTLP: calls, a tool, branches, prompts and answers."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from llm_telemetry.judge import review_ledger

Json = dict[str, Any]

TRACES = 240
# traces whose second call a person labelled, as it was drawn at random
AUDITED = range(0, TRACES, 2)
FIRST = datetime(2026, 3, 1, 9, tzinfo=UTC)
# what a search must find literally
PLANTED = "I am 100%_SURE about it"
# what a page must not take for markup
MARKUP = "![x](https://example.com/a.png) <img src=https://example.com/b.png>"
DRAWN = 40
KINDS = {bool: "boolValue", int: "intValue", float: "doubleValue"}


def write(folder: Path) -> None:
    """Write all traces, and a last call that stands alone, into a folder."""
    folder.mkdir(parents=True)
    lines = [json.dumps(_request(number)) for number in range(TRACES)]
    (folder / "spans.jsonl").write_text("".join(f"{line}\n" for line in lines))


def bill(folder: Path) -> None:
    """Write a bill of a cent for each whole day: what its calls cost, in cents."""
    days = sorted({_start(number).date() for number in range(TRACES)})[:-1]
    lines = [f"openai,{day},0.01\n" for day in days]
    bills = folder / "llm_provider_invoices.csv"
    bills.write_text("".join(("model_provider,invoice_period,amount_usd\n", *lines)))


def review(ledger: Path) -> None:
    """Draw all second calls for an audit, each with a chance of a half, and label them.

    The answers of every fifth trace are bad.
    """
    calls = pd.DataFrame({"number": range(TRACES)})
    calls["interaction_id"] = calls["number"].map(_second_call)
    calls["timestamp_utc"] = calls["number"].map(_start).dt.tz_convert(None)
    calls["action_review"] = calls["number"].isin(AUDITED)
    calls = calls.assign(review_reason="audit", review_probability=0.5)
    signed = {"policy_id": "p", "drawn_at": "2026-03-22T00:00:00.000000Z"}
    review_ledger.record_draws(ledger, calls, zone="UTC", **signed)
    reviews = [
        review_ledger.Review(
            interaction_id=_second_call(number),
            dimension=review_ledger.DIMENSION,
            label="failure" if number % 5 == 0 else "ok",
            reviewer="kim",
            reviewed_at="2026-03-23T00:00:00.000000Z",
        )
        for number in AUDITED
    ]
    review_ledger.record_reviews(ledger, reviews)


def _second_call(number: int) -> str:
    trace = _trace_id(number)
    return f"{trace}-{trace[-8:]}{4:08x}"


def _trace_id(number: int) -> str:
    return f"{number + 1:032x}"


def _start(number: int) -> datetime:
    return FIRST + timedelta(hours=2 * number)


def draw(warehouse: Path, ledger: Path) -> None:
    """Draw every third of the newest calls for a review, half of them as audits."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        queue = connection.execute(
            "select interaction_id, timestamp_utc from marts.interactions "
            f"order by timestamp_utc desc, interaction_id limit {DRAWN}"
        ).df()
    numbers = range(len(queue))
    queue["action_review"] = [number % 3 == 0 for number in numbers]
    queue["review_reason"] = ["audit" if n % 2 else "score" for n in numbers]
    queue["review_probability"] = 0.25
    signed = {"policy_id": "p", "drawn_at": "2026-03-22T00:00:00.000000Z"}
    review_ledger.record_draws(ledger, queue, zone="UTC", **signed)


def _trace(number: int) -> list[Json]:
    """Return the spans of one agent, 240 of them over 20 days."""
    start, trace = _start(number), _trace_id(number)
    is_billing, fails = number % 3 > 0, number % 8 == 0
    looked_up = {"app.branch.from": "classify", "app.branch.to": "look_up"}
    answered = {"app.branch.from": "look_up", "app.branch.to": "answer"}
    events = [
        _branch(start, 900, looked_up, "is_billing", is_billing),
        _branch(start, 1900, answered, "is_found", not fails),
    ]
    root = _span(trace, 1, 0, start, (0, 4000), "agent", {}, events)
    planted = PLANTED if number % 60 == 7 else MARKUP if number > 200 else ""
    prompt = f"Where is parcel {number}? {planted}"
    first = _call(trace, 2, start, (10, 800), prompt, fails=fails)
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "find_parcel"}
    failed = {"error.type": "LookupError"} if fails else {}
    tried = _span(trace, 3, 1, start, (1000, 1800), "tool", {**tool, **failed})
    tried["status"] = {"code": 2} if fails else {}
    last = _call(trace, 4, start, (2000, 3900), f"Say where {number} is.", fails=False)
    return [root, first, tried, last]


def _call(
    trace: str,
    span: int,
    start: datetime,
    at: tuple[int, int],
    prompt: str,
    *,
    fails: bool,
) -> Json:
    """Return a call to a model, with what was asked and answered."""
    asked = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 40,
        "gen_ai.input.messages": _message("user", prompt),
        "gen_ai.output.messages": _message("assistant", f"It is at {span}."),
        "gen_ai.conversation.id": f"session-{trace[-3:]}",
        "app.use_case": "parcels",
    }
    made = _span(trace, span, 1, start, at, "chat", asked)
    if fails:
        made["status"] = {"code": 2}
        made["attributes"] += _attributes({"error.type": "RateLimitError"})
    return made


def _message(role: str, text: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


def _branch(start: datetime, at: int, nodes: Json, condition: str, taken: bool) -> Json:
    """Return a branch decision, as the capture layer records it."""
    named = {**nodes, "app.branch.condition": condition, "app.branch.result": taken}
    return {
        "name": "app.branch.decision",
        "timeUnixNano": _nanoseconds(start, at),
        "attributes": _attributes(named),
    }


def _span(
    trace: str,
    span: int,
    parent: int,
    start: datetime,
    at: tuple[int, int],
    name: str,
    attributes: Json,
    events: list[Json] | None = None,
) -> Json:
    return {
        "traceId": trace,
        "spanId": f"{trace[-8:]}{span:08x}",
        **({"parentSpanId": f"{trace[-8:]}{parent:08x}"} if parent else {}),
        "name": name,
        "startTimeUnixNano": _nanoseconds(start, at[0]),
        "endTimeUnixNano": _nanoseconds(start, at[1]),
        "status": {},
        "events": events or [],
        "attributes": _attributes(attributes),
    }


def _nanoseconds(start: datetime, at: int) -> str:
    return str((round(start.timestamp()) * 1000 + at) * 1_000_000)


def _attributes(values: Json) -> list[Json]:
    def written(value: Any) -> Json:
        kind = KINDS.get(type(value), "stringValue")
        return {kind: str(value) if kind == "intValue" else value}

    return [{"key": key, "value": written(value)} for key, value in values.items()]


def _request(number: int) -> Json:
    resource = {
        "service.name": "agents",
        "deployment.environment.name": "staging" if number % 6 == 0 else "production",
    }
    scopes = [{"scope": {"name": "app"}, "spans": _trace(number)}]
    said = {"attributes": _attributes(resource)}
    return {"resourceSpans": [{"resource": said, "scopeSpans": scopes}]}
