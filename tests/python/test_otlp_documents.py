"""Documents of other shapes than the exporters': read, or counted as unreadable."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from staged_otlp import call, landed, request, staged
from test_otlp_records import log_record, unreadable

ONE = json.loads(request(call("a"), **{"service.name": "shop"}))
(RESOURCE,) = ONE["resourceSpans"]
LONE = call("a")


def in_snake_case(document: Any) -> Any:
    """Return a document with its fields named as protobuf names them."""
    if isinstance(document, list):
        return [in_snake_case(item) for item in document]
    if isinstance(document, dict):
        return {
            re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", key): in_snake_case(
                value
            )
            for key, value in document.items()
        }
    return document


OLD = json.loads(json.dumps(ONE).replace("scopeSpans", "instrumentationLibrarySpans"))
SHAPES: dict[str, Any] = {
    "a list": [ONE],
    "lists in lists": [[ONE], {"data": []}],
    "an envelope": {"data": ONE},
    "Tempo's batches": {"batches": [RESOURCE]},
    "Tempo's trace": {"trace": {"resourceSpans": [RESOURCE]}},
    "earlier names": OLD,
    "protobuf's names": in_snake_case(ONE),
    "a resource alone": RESOURCE,
    "a span and its resource": LONE | {"resource": RESOURCE["resource"]},
}


@pytest.mark.parametrize("document", SHAPES.values(), ids=SHAPES)
def test_a_request_is_read_in_whatever_it_stands(tmp_path: Path, document: Any) -> None:
    # beside a document of the usual shape, in the same file
    lines = [request(call("b"), **{"service.name": "shop"}), json.dumps(document)]
    frames = staged(landed(tmp_path, *lines))
    found = frames["interactions"]
    assert sorted(name[-1] for name in found["span_id"]) == ["a", "b"]
    assert list(found["service_name"]) == ["shop", "shop"]
    assert unreadable(frames) == 0


def test_a_list_of_lone_spans_is_read(tmp_path: Path) -> None:
    frames = staged(landed(tmp_path, json.dumps([call("a"), call("b")])))
    assert len(frames["interactions"]) == 2
    assert unreadable(frames) == 0


def test_logs_are_read_in_an_envelope_too(tmp_path: Path) -> None:
    named = {"gen_ai.evaluation.name": "toxicity", "gen_ai.response.id": "r"}
    record = json.loads(log_record("gen_ai.evaluation.result", **named))
    frames = staged(landed(tmp_path, json.dumps([ONE, {"data": record}])))
    assert len(frames["evaluations"]) == len(frames["interactions"]) == 1


NOTHING: dict[str, Any] = {
    "no object": 7,
    "another object": {"nothing": "of ours"},
    "resources of an unknown shape": {"resourceSpans": [{"resource": {}, "found": []}]},
    "scopes of an unknown shape": {"resourceSpans": [{"scopeSpans": [{"found": []}]}]},
    "an envelope of nothing": {"data": {"resourceSpans": [{}]}},
    "a list of nothing": [{}, {}],
}


@pytest.mark.parametrize("document", NOTHING.values(), ids=NOTHING)
def test_a_document_that_gives_nothing_is_one_unreadable_record(
    tmp_path: Path, document: Any
) -> None:
    frames = staged(landed(tmp_path, json.dumps(ONE), json.dumps(document)))
    assert len(frames["interactions"]) == 1
    assert unreadable(frames) == 1


@pytest.mark.parametrize(
    "document",
    [
        {"resourceSpans": []},
        {"resourceLogs": []},
        {"resourceMetrics": [{"scopeMetrics": []}]},
        {"data": {"resourceMetrics": [{"scopeMetrics": []}]}},
    ],
)
def test_an_empty_request_and_metrics_are_no_fault(
    tmp_path: Path, document: Any
) -> None:
    frames = staged(landed(tmp_path, json.dumps(document)))
    assert frames["deliveries"].empty


def test_a_byte_order_mark_costs_no_record(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("\ufeff" + json.dumps(ONE), encoding="utf-8")
    frames = staged([tmp_path / "a.json"])
    assert (len(frames["interactions"]), unreadable(frames)) == (1, 0)


def test_text_in_another_encoding_is_an_unreadable_record(tmp_path: Path) -> None:
    broken = json.dumps(ONE).encode().replace(b"shop", b"sh\xffp")
    (tmp_path / "a.json").write_bytes(broken)
    (tmp_path / "b.jsonl").write_bytes(json.dumps(ONE).encode() + b"\n" + broken)
    frames = staged([tmp_path / "a.json", tmp_path / "b.jsonl"])
    assert (len(frames["interactions"]), unreadable(frames)) == (1, 2)
