"""MLflow: traces as it exports them, of version 3 and of version 2."""

import json
from pathlib import Path

import pytest
from mlflow_rows import INFO, OLD, ROW, SPANS, TRACE, TRACED, number
from staged_sources import Row, Tables, as_text, by_id, staged, write_lines


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    data = tmp_path_factory.mktemp("mlflow")
    folder = data / "mlflow"
    write_lines(folder / "traces.jsonl", [TRACED, OLD], torn='{"info": {"trace_id"')
    searched = {"traces": [TRACED | {"data": {"spans": SPANS[:3]}}]}
    (folder / "search.json").write_text(json.dumps(searched, indent=2))
    frame = [{"trace_id": TRACE, "trace": json.dumps(TRACED), "request": "SECRET"}]
    write_lines(folder / "frame.jsonl", frame)
    write_lines(folder / "spans.jsonl", [ROW])
    write_lines(folder / "empty.jsonl", [{"info": INFO | {"trace_id": "tr-empty"}}])
    return staged("mlflow", data)


@pytest.fixture(scope="module")
def calls(tables: Tables) -> dict[str, Row]:
    names = {number(span["name"]): span["name"] for span in SPANS}
    names |= {number("old"): "old", number("row"): "row"}
    rows = tables["interactions"]
    return by_id(rows.assign(name=rows["span_id"].map(names)), "name")


def test_only_the_innermost_spans_are_calls(calls: dict[str, Row]) -> None:
    kinds = {span["name"]: span["attributes"]["mlflow.spanType"] for span in SPANS}
    answered = {name for name, kind in kinds.items() if kind == '"CHAT_MODEL"'}
    assert set(calls) == (answered - {"outer"}) | {"old", "row"}


@pytest.mark.parametrize(
    ("name", "tokens", "parts", "stated"),
    [
        ("plain", (100, 20, 120), (None, None, None), 120),
        ("inner", (50, 5, 55), (None, None, None), 55),
        ("cached", (7050, 30, 7080), (6000, 1000, None), 7080),
        ("net", (6050, 30, 6080), (6000, None, None), None),
        ("responded", (100, 20, 120), (None, None, 15), 120),
        ("chained", (100, 20, 120), (None, None, 7), 120),
        ("silent", (None, None, None), (None, None, None), None),
        ("limited", (None, None, None), (None, None, None), None),
    ],
)
def test_cached_and_reasoning_tokens_are_part_of_the_counts(
    calls: dict[str, Row],
    name: str,
    tokens: tuple[int | None, ...],
    parts: tuple[int | None, ...],
    stated: int | None,
) -> None:
    call = calls[name]
    counts = ("prompt_tokens", "completion_tokens", "total_tokens")
    assert tuple(call[count] for count in counts) == tokens
    assert (
        call["cache_read_tokens"],
        call["cache_write_tokens"],
        call["reasoning_tokens"],
    ) == parts
    assert call["stated_total_tokens"] == stated


def test_a_call_has_its_model_and_its_parameters(calls: dict[str, Row]) -> None:
    plain, row = calls["plain"], calls["row"]
    assert (plain["model_name"], plain["request_model"]) == (
        "gpt-4o-2024-08-06",
        "gpt-4o",
    )
    assert (plain["model_provider"], plain["response_id"]) == ("openai", "plain")
    assert (plain["temperature"], plain["max_tokens"], plain["top_p"]) == (
        0.5,
        64,
        None,
    )
    assert (row["model_name"], calls["old"]["model_provider"]) == (
        "gpt-4o",
        "anthropic",
    )
    assert (plain["latency_ms"], plain["trace_id"]) == (800, TRACE)
    assert plain["interaction_id"] == f"{TRACE}-{number('plain')}"
    assert plain["parent_span_id"] == number("root")


def test_costs_stand_in_the_span_or_beside_it(calls: dict[str, Row]) -> None:
    costs = {name: call["cost_usd"] for name, call in calls.items() if call["cost_usd"]}
    assert costs == {"paid": 0.5, "row": 0.125}


def test_a_stream_tells_when_it_began(calls: dict[str, Row]) -> None:
    streamed, plain = calls["streamed"], calls["plain"]
    assert (streamed["ttft_ms"], streamed["is_streaming"]) == (250, True)
    assert (plain["ttft_ms"], plain["is_streaming"]) == (None, None)


@pytest.mark.parametrize(
    ("name", "finish"),
    [
        ("plain", "stop"),
        ("responded", "stop"),
        ("chained", "length"),
        ("limited", None),
    ],
)
def test_every_client_says_in_its_way_why_it_ended(
    calls: dict[str, Row], name: str, finish: str | None
) -> None:
    assert calls[name]["finish_reason"] == finish


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("plain", "none", None),
        ("limited", "rate_limit", "RateLimitError"),
        ("late", "timeout", "APITimeoutError"),
        ("down", "provider_error", "InternalServerError"),
        ("blocked", "safety_block", None),
        ("old", "rate_limit", "Error"),
    ],
)
def test_an_error_has_its_kind(
    calls: dict[str, Row], name: str, kind: str, error: str | None
) -> None:
    call = calls[name]
    assert (call["failure_type"], call["error_type"]) == (kind, error)
    assert call["is_failure"] is (kind not in {"none", "safety_block"})
    assert call["safety_block_flag"] is (kind == "safety_block")


def test_session_user_and_labels_are_the_trace_s(
    tables: Tables, calls: dict[str, Row]
) -> None:
    plain, old, row = calls["plain"], calls["old"], calls["row"]
    assert (plain["session_id"], plain["session_is_inferred"]) == ("s1", False)
    assert (plain["use_case"], plain["region"], plain["segment"]) == (
        "agent",
        "eu",
        "smb",
    )
    assert (plain["prompt_name"], plain["prompt_version"]) == ("greet", "3")
    assert (old["session_id"], old["use_case"], old["user_id"]) == (
        "s2",
        "faq",
        "unknown",
    )
    assert (row["session_id"], row["user_id"]) == ("s3", "unknown")
    assert len(plain["user_id"]) == 64
    assert "ann@example.com" not in as_text(tables)


def test_tools_belong_to_the_call_above_them(
    tables: Tables, calls: dict[str, Row]
) -> None:
    (tool,) = tables["tool_calls"].to_dict("records")
    assert tool["interaction_id"] == calls["asker"]["interaction_id"]
    assert (tool["tool_name"], tool["latency_ms"]) == ("find", 40)
    assert (tool["is_failure"], calls["asker"]["tool_calls_count"]) == (False, 1)


def test_feedback_is_on_a_span_or_on_the_trace_s_last_call(
    tables: Tables, calls: dict[str, Row]
) -> None:
    rows = tables["evaluations"]
    found = by_id(rows[rows["trace_id"] == TRACE], "evaluation_name")
    assert {
        name: (row["interaction_id"], row["score"], row["label"])
        for name, row in found.items()
    } == {
        "correct": (calls["last"]["interaction_id"], 1.0, "true"),
        "score": (calls["plain"]["interaction_id"], 0.75, None),
        "tone": (calls["last"]["interaction_id"], None, "polite"),
    }
    assert found["score"]["evaluator"] == "HUMAN"


def test_spend_of_what_is_no_call_is_named(tables: Tables) -> None:
    (excluded,) = tables["excluded_rows"].to_dict("records")
    assert excluded["record_id"] == f"{TRACE}-{number('embedded')}"
    assert excluded["total_tokens"] == 9


def test_a_value_that_cannot_be_cast_is_kept_and_counted(calls: dict[str, Row]) -> None:
    (rejected,) = calls["odd"]["rejected_values"]
    assert rejected == {"column_name": "prompt_tokens", "raw_value": "many"}


def test_every_trace_and_span_is_counted_and_nothing_said_comes_in(
    tables: Tables,
) -> None:
    records, files = tables["records"], by_id(tables["files"], "file_name")
    counts = {name.split("/")[1]: row["records"] for name, row in files.items()}
    assert counts == {
        "traces.jsonl": 1 + len(SPANS) + 2 + 1,
        "frame.jsonl": 1 + len(SPANS),
        "search.json": 4,
        "spans.jsonl": 1,
        "empty.jsonl": 1,
    }
    assert len(records) == sum(counts.values())
    assert tables["files"]["unreadable_records"].sum() == 1
    spans = set(tables["spans"]["span_key"])
    assert len(spans) == len(SPANS) + 2
    assert "SECRET" not in as_text(tables)


def test_texts_are_kept_where_asked(tmp_path: Path) -> None:
    write_lines(tmp_path / "mlflow" / "spans.jsonl", [ROW])
    built = staged("mlflow", tmp_path, keep_content="1")
    (content,) = built["contents"].to_dict("records")
    assert "SECRET" in content["prompt_text"]
    assert json.loads(content["response_text"])["id"] == "row"
