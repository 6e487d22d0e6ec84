"""Claude Code: the sessions that it keeps as JSON lines."""

from pathlib import Path

import pytest
from claude_code_rows import AGENT, FIRST, FORKED, OPUS, SESSION
from staged_sources import Row, Tables, as_text, by_id, staged, write_lines

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
