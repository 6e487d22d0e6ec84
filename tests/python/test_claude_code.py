"""Claude Code: the sessions that it keeps as JSON lines."""

from pathlib import Path

import pytest
from staged_sources import Row, Tables, as_text, by_id, staged, write_lines

OPUS = "claude-opus-4-5-20251101"
CACHED = {
    "cache_read_input_tokens": 14_265,
    "cache_creation_input_tokens": 10_408,
    "cache_creation": {
        "ephemeral_5m_input_tokens": 408,
        "ephemeral_1h_input_tokens": 10_000,
    },
}
ZEROS = {"input_tokens": 0, "output_tokens": 0, "cache_read_input_tokens": 0}


def line(kind: str, uuid: str, parent: str | None, at: str, **fields: object) -> Row:
    """Return one line of session s1, written at minute and second ``at``."""
    return {
        "parentUuid": parent,
        "isSidechain": False,
        "cwd": "/home/ann/SECRET",
        "sessionId": "s1",
        "version": "2.0.61",
        "entrypoint": "cli",
        "type": kind,
        "uuid": uuid,
        "timestamp": f"2026-02-18T11:{at}Z",
    } | fields


def asked(uuid: str, parent: str | None, at: str, **fields: object) -> Row:
    message = {"role": "user", "content": "SECRET prompt"}
    return line("user", uuid, parent, at, message=message, **fields)


def said(
    message: str,
    uuid: str,
    parent: str,
    at: str,
    output: int,
    block: Row | None = None,
    reason: str | None = None,
    usage: Row | None = None,
    **fields: object,
) -> Row:
    """Return a piece of an answer, with the usage so far."""
    body = {
        "model": OPUS,
        "id": message,
        "content": [block or {"type": "text", "text": f"SECRET {uuid}"}],
        "stop_reason": reason,
        "usage": {
            "input_tokens": 2,
            "output_tokens": output,
            "service_tier": "standard",
        }
        | (CACHED if usage is None else usage),
    }
    return line("assistant", uuid, parent, at, message=body, **fields)


def used(key: str, name: str) -> Row:
    return {"type": "tool_use", "id": key, "name": name, "input": {"path": "SECRET"}}


def returned(uuid: str, parent: str, at: str, key: str, **result: object) -> Row:
    block = {"type": "tool_result", "tool_use_id": key, "content": "SECRET"} | result
    message = {"role": "user", "content": [block]}
    return line("user", uuid, parent, at, message=message, toolUseResult="SECRET")


def refused(uuid: str, parent: str, at: str, text: str, **fields: object) -> Row:
    """Return the error that the client shows in place of an answer."""
    body = {
        "model": "<synthetic>",
        "id": f"id-{uuid}",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "stop_sequence",
        "usage": ZEROS,
    }
    flag = {"isApiErrorMessage": True} | fields
    return line("assistant", uuid, parent, at, message=body, **flag)


def retry(uuid: str, at: str, attempt: int) -> Row:
    error = {"status": 529, "error": {"message": "SECRET overloaded"}}
    attempts = {"retryAttempt": attempt, "maxRetries": 10, "retryInMs": 558.9}
    return line("system", uuid, "u1", at, subtype="api_error", error=error, **attempts)


FIRST = [
    asked("u1", None, "30:00.000"),
    said("msg_1", "a1", "u1", "30:02.000", 1),
    said("msg_1", "a2", "a1", "30:03.000", 5, used("toolu_1", "Read")),
    said(
        "msg_1",
        "a3",
        "a2",
        "30:04.500",
        120,
        used("toolu_2", "Bash"),
        "tool_use",
        requestId="req_1",
    ),
    returned("r1", "a2", "30:05.000", "toolu_1"),
    returned("r2", "a3", "30:09.500", "toolu_2", is_error=True),
]
SESSION = [
    {"type": "summary", "summary": "SECRET", "leafUuid": "a3"},
    {"type": "file-history-snapshot", "messageId": "u1", "snapshot": {}},
    *FIRST,
    retry("e1", "30:10.000", 1),
    retry("e2", "30:11.000", 2),
    said("msg_2", "b1", "r2", "30:12.000", 40, None, "end_turn", {}),
    asked("u2", "b1", "31:00.000"),
    refused(
        "x1",
        "u2",
        "31:04.000",
        "You've hit your limit, resets 1:20am SECRET",
        error="rate_limit",
    ),
    asked("u3", "x1", "32:00.000"),
    refused(
        "x2",
        "u3",
        "32:02.000",
        "API Error: 529 Overloaded. SECRET",
        apiErrorStatus=529,
        error="server_error",
    ),
    asked("u4", "x2", "33:00.000"),
    refused("x3", "u4", "33:01.000", "API Error: Request timed out. SECRET"),
    asked("u5", "x3", "34:00.000"),
    refused(
        "x4", "u5", "34:01.000", "Please run /login", error="authentication_failed"
    ),
    asked("u6", "x4", "35:00.000"),
    said("msg_3", "c1", "u6", "35:05.000", 3, None, None, {}),
    line(
        "user",
        "i1",
        "c1",
        "35:06.000",
        message={
            "content": [{"type": "text", "text": "[Request interrupted by user]"}]
        },
    ),
    line(
        "assistant",
        "n1",
        "i1",
        "35:07.000",
        message={"model": "<synthetic>", "id": "n", "content": [], "usage": ZEROS},
    ),
    asked("u7", "n1", "36:00.000"),
    said("msg_4", "d1", "u7", "36:02.000", 9, None, "refusal", {}),
    asked("u8", "d1", "37:00.000"),
    said(
        "msg_bdrk_5",
        "f1",
        "u8",
        "37:02.000",
        9,
        used("toolu_3", "Edit"),
        "tool_use",
        {"output_tokens_details": {"thinking_tokens": 4}},
        costUSD=0.25,
    ),
    returned(
        "r3",
        "f1",
        "37:09.000",
        "toolu_3",
        is_error=True,
        content="The user doesn't want to proceed with this tool use.",
    ),
    said(
        "msg_6", "g1", "lost", "38:00.000", 9, None, "end_turn", {"input_tokens": "x"}
    ),
]
AGENT = [
    asked("s1", None, "30:06.000", isSidechain=True, agentId="ag1"),
    said(
        "msg_7",
        "s2",
        "s1",
        "30:07.000",
        50,
        None,
        "end_turn",
        {},
        isSidechain=True,
        agentId="ag1",
    ),
]
# what was said before a session was continued is repeated under its new id
FORKED = [
    row | {"sessionId": "s0", "forkedFrom": {"sessionId": "s1", "messageUuid": "a3"}}
    for row in FIRST
]
CALLS = {
    "msg_1", "msg_2", "msg_3", "msg_4", "msg_bdrk_5", "msg_6", "msg_7",
    "id-x1", "id-x2", "id-x3",
}  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    data = tmp_path_factory.mktemp("claude_code")
    folder = data / "claude_code" / "-home-ann-app"
    write_lines(folder / "s1.jsonl", SESSION, torn='{"type": "assistant", "uu')
    write_lines(folder / "s1" / "subagents" / "agent-ag1.jsonl", AGENT)
    write_lines(folder / "s0.jsonl", FORKED)
    (folder / "sessions-index.json").write_text('{"version": 1, "entries": []}')
    return staged("claude_code", data)


@pytest.fixture(scope="module")
def calls(tables: Tables) -> dict[str, Row]:
    return by_id(tables["interactions"])


def test_a_call_is_an_answer_however_many_lines_it_has(
    tables: Tables, calls: dict[str, Row]
) -> None:
    assert set(calls) == CALLS
    (excluded,) = tables["excluded_rows"].to_dict("records")
    assert (excluded["record_id"], excluded["check_name"]) == (
        "id-x4",
        "gateway_refusal",
    )


@pytest.mark.parametrize(
    ("name", "tokens", "parts"),
    [
        ("msg_1", (24_675, 120, 24_795), (14_265, 10_408, None)),
        ("msg_2", (2, 40, 42), (None, None, None)),
        ("msg_bdrk_5", (2, 9, 11), (None, None, 4)),
        ("id-x1", (None, None, None), (None, None, None)),
    ],
)
def test_the_last_line_tells_the_usage(
    calls: dict[str, Row],
    name: str,
    tokens: tuple[int | None, ...],
    parts: tuple[int | None, ...],
) -> None:
    call = calls[name]
    counts = ("prompt_tokens", "completion_tokens", "total_tokens")
    assert tuple(call[count] for count in counts) == tokens
    assert (
        call["cache_read_tokens"],
        call["cache_write_tokens"],
        call["reasoning_tokens"],
    ) == parts


def test_a_call_lasts_from_the_line_before_it_to_its_last(
    calls: dict[str, Row],
) -> None:
    first, lost = calls["msg_1"], calls["msg_6"]
    assert (str(first["timestamp_utc"]), first["latency_ms"]) == (
        "2026-02-18 11:30:00",
        4500,
    )
    assert (str(lost["timestamp_utc"]), lost["latency_ms"]) == (
        "2026-02-18 11:38:00",
        None,
    )


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("msg_1", "none", None),
        ("id-x1", "rate_limit", "rate_limit"),
        ("id-x2", "provider_error", "server_error"),
        ("id-x3", "timeout", "Error"),
        ("msg_3", "none", None),
        ("msg_4", "safety_block", None),
    ],
)
def test_an_error_has_its_kind(
    calls: dict[str, Row], name: str, kind: str, error: str | None
) -> None:
    call = calls[name]
    assert (call["failure_type"], call["error_type"]) == (kind, error)
    assert call["is_failure"] is (error is not None)
    assert call["model_name"] == OPUS
    assert call["is_abandoned"] is (name == "msg_3")


def test_attempts_belong_to_the_answer_after_them(calls: dict[str, Row]) -> None:
    retries = {name: call["attempted_retries"] for name, call in calls.items()}
    assert {name for name, count in retries.items() if count} == {"msg_2"}
    assert retries["msg_2"] == 2


def test_agents_belong_to_the_session_that_started_them(calls: dict[str, Row]) -> None:
    agent, main = calls["msg_7"], calls["msg_1"]
    assert (agent["session_id"], agent["use_case"]) == ("s1", "subagent")
    # not the copy's
    assert (main["session_id"], main["use_case"]) == ("s1", "main")
    assert (main["channel"], main["prompt_version"]) == ("cli", "2.0.61")
    assert main["session_is_inferred"] is False


def test_the_provider_is_in_the_id_of_an_answer(calls: dict[str, Row]) -> None:
    assert calls["msg_bdrk_5"]["model_provider"] == "aws.bedrock"
    assert calls["msg_1"]["model_provider"] == "anthropic"
    assert (calls["msg_bdrk_5"]["cost_usd"], calls["msg_1"]["cost_usd"]) == (0.25, None)


def test_tools_belong_to_the_call_that_used_them(
    tables: Tables, calls: dict[str, Row]
) -> None:
    tools = by_id(tables["tool_calls"], "span_id")
    told = {
        key: (tool["interaction_id"], tool["tool_name"], tool["is_failure"])
        for key, tool in tools.items()
    }
    assert told == {
        "toolu_1": ("msg_1", "Read", False),
        "toolu_2": ("msg_1", "Bash", True),
        "toolu_3": ("msg_bdrk_5", "Edit", False),
    }
    assert (tools["toolu_1"]["latency_ms"], tools["toolu_1"]["session_id"]) == (
        2000,
        "s1",
    )
    assert (calls["msg_1"]["tool_calls_count"], calls["msg_1"]["tool_error_flag"]) == (
        2,
        True,
    )


def test_a_value_that_cannot_be_cast_is_kept_and_counted(calls: dict[str, Row]) -> None:
    (rejected,) = calls["msg_6"]["rejected_values"]
    assert rejected == {"column_name": "input_tokens", "raw_value": "x"}


def test_every_line_is_counted_and_nothing_said_comes_in(tables: Tables) -> None:
    records, files = tables["records"], tables["files"]
    lines = len(SESSION) + len(AGENT) + len(FORKED)
    # the index of the sessions and the torn line
    assert files["records"].sum() == len(records) == lines + 2
    assert files["unreadable_records"].sum() == 1
    answers = records[records["kind"] == "answer"]
    assert len(answers) == 2 * 3 + 6 + 4
    assert "SECRET" not in as_text(tables)


def test_texts_are_kept_where_asked(tmp_path: Path) -> None:
    write_lines(tmp_path / "claude_code" / "s1.jsonl", FIRST)
    write_lines(tmp_path / "claude_code" / "s0.jsonl", FORKED)
    built = staged("claude_code", tmp_path, keep_content="1")
    (content,) = built["contents"].to_dict("records")
    assert content["prompt_text"] == "SECRET prompt"
    for uuid in ("SECRET a1", "toolu_1", "toolu_2"):
        assert content["response_text"].count(uuid) == 1
