"""MLflow: traces as it exports them, of version 3 and of version 2."""

import base64
import json
from pathlib import Path

import pytest
from staged_sources import Row, Tables, as_text, by_id, staged, write_lines

TRACE = "tr-8834b7c5f68a6b3d2207e942294bbbe9"
START = 1_795_978_466_000_000_000
MS = 1_000_000
ASKED = {"model": "gpt-4o", "temperature": 0.5, "max_tokens": 64, "messages": "SECRET"}


def number(name: str) -> str:
    """Return the id of a span in hexadecimal digits."""
    return f"{sum(ord(letter) * 257**at for at, letter in enumerate(name)):016x}"[-16:]


def encoded(name: str) -> str:
    return base64.b64encode(bytes.fromhex(number(name))).decode()


def told(attributes: Row) -> Row:
    """Return attributes as MLflow writes them: every value as JSON in a string."""
    return {f"mlflow.{name}": json.dumps(value) for name, value in attributes.items()}


def span(
    name: str, kind: str, parent: str | None = None, ms: int = 800, **attributes: object
) -> Row:
    """Return one span of a trace as MLflow 3 writes it."""
    return {
        "trace_id": "iDS3xfaKaz0iB+lCKUu76Q==",
        "span_id": encoded(name),
        "parent_span_id": encoded(parent) if parent else None,
        "name": name,
        "start_time_unix_nano": START,
        "end_time_unix_nano": START + ms * MS,
        "events": [],
        "status": {"code": "STATUS_CODE_OK", "message": ""},
        "attributes": told({"spanType": kind, "traceRequestId": TRACE} | attributes),
    }


def called(name: str, parent: str | None = "root", **attributes: object) -> Row:
    """Return a call that was answered."""
    own = {
        "llm.model": "gpt-4o-2024-08-06",
        "llm.provider": "openai",
        "spanInputs": ASKED,
        "spanOutputs": {"id": name, "choices": [{"finish_reason": "stop"}]},
        "chat.tokenUsage": used(100, 20),
    }
    return span(name, "CHAT_MODEL", parent, **(own | attributes))


def used(prompt: int, completion: int, total: int | None = None, **parts: int) -> Row:
    named = {"input_tokens": prompt, "output_tokens": completion}
    parts = {f"{name}_input_tokens": count for name, count in parts.items()}
    return named | {"total_tokens": total or prompt + completion} | parts


def wrong(name: str, error: str, message: str) -> Row:
    """Return a call that failed, as the exception left it."""
    raised = {"exception.type": error, "exception.message": message}
    return span(name, "CHAT_MODEL", "root", spanInputs=ASKED) | {
        "status": {"code": "STATUS_CODE_ERROR", "message": f"{error}: {message}"},
        "events": [
            {"name": "exception", "time_unix_nano": START, "attributes": raised}
        ],
    }


def chunk(place: int, ms: int) -> Row:
    return {
        "name": f"mlflow.chunk.item.{place}",
        "time_unix_nano": START + ms * MS,
        "attributes": {"mlflow.chunk.value": "SECRET"},
    }


def judged(key: str, value: object, **fields: object) -> Row:
    return {
        "assessment_id": key,
        "assessment_name": key,
        "trace_id": TRACE,
        "source": {"source_type": "HUMAN", "source_id": "ann@example.com"},
        "create_time": "2026-11-29T18:54:35.424Z",
        "last_update_time": "2026-11-29T18:54:35.424Z",
        "feedback": {"value": value},
        "rationale": "SECRET",
        "valid": True,
    } | fields


LANGCHAIN = {
    "generations": [
        [
            {
                "generation_info": {"finish_reason": "length"},
                "message": {
                    "usage_metadata": {"output_token_details": {"reasoning": 7}}
                },
            }
        ]
    ]
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "usage": {"output_tokens_details": {"reasoning_tokens": 15}},
}
SPANS = [
    span("root", "AGENT", spanInputs={"q": "SECRET"}),
    called("plain"),
    span(
        "outer",
        "CHAT_MODEL",
        "root",
        **{"chat.tokenUsage": used(50, 5)},
        invocation_params={"model": "gpt-4o"},
    ),
    span("chain", "CHAIN", "outer"),
    called("inner", "chain", **{"chat.tokenUsage": used(50, 5)}),
    called(
        "cached",
        **{"chat.tokenUsage": used(7050, 30, cache_read=6000, cache_creation=1000)},
    ),
    called("net", **{"chat.tokenUsage": used(50, 30, cache_read=6000)}),
    called("paid", **{"llm.cost": {"input_cost": 0.25, "total_cost": 0.5}}),
    called("streamed", spanInputs=ASKED | {"stream": True})
    | {"events": [chunk(0, 250), chunk(1, 400)]},
    called("responded", spanOutputs=RESPONSE),
    called("chained", spanInputs=[["SECRET"]], spanOutputs=LANGCHAIN),
    called("blocked", spanOutputs={"choices": [{"finish_reason": "content_filter"}]}),
    called("odd", **{"chat.tokenUsage": {"input_tokens": "many"}}),
    called("silent", **{"chat.tokenUsage": used(0, 0)}),
    wrong("limited", "RateLimitError", "Error code: 429 SECRET"),
    wrong("late", "APITimeoutError", "Request timed out. SECRET"),
    wrong("down", "InternalServerError", "Error code: 500 SECRET"),
    called("asker"),
    span("find", "TOOL", "asker", 40),
    span("embedded", "EMBEDDING", "root", **{"chat.tokenUsage": used(9, 0)}),
    called("last") | {"start_time_unix_nano": START + 5 * MS},
]
INFO = {
    "trace_id": TRACE,
    "request_time": "2026-11-29T18:54:26.656Z",
    "state": "ERROR",
    "trace_metadata": {
        "mlflow.trace.user": "ann@example.com",
        "mlflow.trace.session": "s1",
        "mlflow.user": "root",
        "mlflow.traceInputs": "SECRET",
        "region": "eu",
    },
    "tags": {
        "mlflow.traceName": "agent",
        "mlflow.linkedPrompts": '[{"name": "greet", "version": "3"}]',
        "segment": "smb",
    },
    "assessments": [
        judged("correct", True),
        judged("score", 0.75, span_id=number("plain")),
        judged("tone", "polite"),
        judged("old", 0.1, valid=False),
        judged("right", None, feedback=None, expectation={"value": "SECRET"}),
    ],
    "request_preview": "SECRET",
}
TRACED = {"info": INFO, "data": {"spans": SPANS}}
OLD = {
    "info": {
        "request_id": "tr-old",
        "timestamp_ms": START // MS,
        "request_metadata": {"mlflow.trace.session": "s2"},
        "tags": {"mlflow.traceName": "bot", "use_case": "faq"},
    },
    "data": {
        "spans": [
            {
                "name": "ChatOpenAI",
                "context": {"span_id": f"0x{number('old')}", "trace_id": "0x12"},
                "parent_id": None,
                "start_time": START,
                "end_time": START + 90 * MS,
                "status_code": "ERROR",
                "status_message": "Error code: 429",
                "attributes": told(
                    {
                        "traceRequestId": "tr-old",
                        "spanType": "CHAT_MODEL",
                        "spanInputs": {"model": "claude-3"},
                    }
                ),
                "events": [],
            }
        ],
    },
}
ROW = {
    "trace_id": "tr-table",
    "span_id": number("row"),
    "type": "LLM",
    "start_time_unix_nano": START,
    "total_cost": 0.125,
    "session_id": "s3",
    "content": json.dumps(
        called("row", None, traceRequestId="tr-table", **{"llm.model": "openai/gpt-4o"})
    ),
}


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
