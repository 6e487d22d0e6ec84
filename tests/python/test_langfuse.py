"""Langfuse: traces, observations and scores as it exports them."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import SHARED
from langfuse_rows import CALLS, SCORES, TRACE, observation, write_flat
from staged_sources import (
    Row,
    Tables,
    as_text,
    by_id,
    staged,
    write_lines,
)

# file, calls, input, output, cost in micro-USD, tool calls and scores of each trace;
# added up by hand from usageDetails and costDetails of its generations
SHARED_TRACES = [
    ("google-adk-2025-08-28", 2, 67, 9, 10.3, 1, 2),
    ("langgraph-2025-08-22", 2, 168, 66, 234.0, 0, 2),
    ("llamaindex-2025-06-05", 1, 13, 81, 842.499999, 0, 0),
    ("openai-agents-2025-09-30", 2, 140, 44, 632.0, 1, 2),
    ("pydantic-ai-tools-2025-12-04", 4, 1315, 209, 322.649999, 3, 0),
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    data = tmp_path_factory.mktemp("langfuse")
    folder = data / "langfuse"
    folder.mkdir()
    (folder / "trace.json").write_text(
        json.dumps({"trace": TRACE | {"scores": SCORES}, "observations": CALLS[:20]})
    )
    (folder / "page.json").write_text(json.dumps({"data": CALLS[18:], "meta": {}}))
    (folder / "listed.json").write_text(
        json.dumps({"data": [TRACE | {"observations": ["outer"], "scores": ["seen"]}]})
    )
    write_flat(folder)
    for file in (SHARED / "langfuse").glob("*.json"):
        shutil.copyfile(file, folder / file.name)
    return staged("langfuse", data)


@pytest.fixture(scope="module")
def calls(tables: Tables) -> dict[str, Row]:
    return by_id(tables["interactions"])


@pytest.mark.parametrize(
    ("name", "tokens", "cached", "reasoning"),
    [
        ("disjoint", (130, 27, 157), 30, 7),
        ("anthropic", (140, 9, 149), 40, None),
        ("overlapping", (100, 20, 120), 30, None),
        ("details", (9, 1, 10), 4, None),
        ("reasoning", (10, 12, 22), None, 7),
        ("plain_names", (1320, 50, 1370), 300, None),
        ("gemini", (10, 12, 22), 4, 7),
        ("gemini_plain", (10, 5, 15), None, None),
        ("uncached_total", (510, 5, 515), 500, None),
        ("emptied", (8, 3, 11), None, None),
        ("total_only", (None, None, 55), None, None),
        ("zeros", (None, None, None), None, None),
        ("legacy", (8, 3, 11), None, None),
    ],
)
def test_buckets_of_usage_are_added_up_once(
    calls: dict[str, Row],
    name: str,
    tokens: tuple[int | None, ...],
    cached: int | None,
    reasoning: int | None,
) -> None:
    call = calls[name]
    counts = ("prompt_tokens", "completion_tokens", "total_tokens")
    assert tuple(call[count] for count in counts) == tokens
    assert call["cache_read_tokens"] == cached
    assert call["reasoning_tokens"] == reasoning


def test_a_zero_is_a_cost_only_where_a_price_was_found(calls: dict[str, Row]) -> None:
    expected = {
        "disjoint": 0.003,
        "unpriced": None,
        "gratis": 0.0,
        "parts": 0.75,
        "total_cost": 0.125,
    }
    assert {name: calls[name]["cost_usd"] for name in expected} == expected


def test_only_the_innermost_generations_are_calls(calls: dict[str, Row]) -> None:
    assert {"inner", "caller", "below_tool"} <= set(calls)
    assert not {"outer", "chain", "tool", "root", "embedded"} & set(calls)


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("disjoint", "none", None),
        ("limited", "rate_limit", "Error"),
        ("timed_out", "timeout", "openai.APITimeoutError"),
        ("blocked", "safety_block", "Error"),
        ("abandoned", "none", None),
        ("cancelled", "none", None),
        ("exhausted", "rate_limit", None),
    ],
)
def test_an_error_has_its_kind(
    calls: dict[str, Row], name: str, kind: str, error: str | None
) -> None:
    call = calls[name]
    assert call["is_failure"] is (kind != "none")
    assert call["failure_type"] == kind
    assert call["error_type"] == error
    assert call["is_abandoned"] is (name in {"abandoned", "cancelled"})


def test_latency_comes_from_the_clock_and_not_from_a_field_of_two_units(
    calls: dict[str, Row],
) -> None:
    assert calls["disjoint"]["latency_ms"] == 924
    assert calls["line"]["latency_ms"] == 1250
    assert calls["open"]["latency_ms"] is None
    assert calls["streamed"]["ttft_ms"] == 100
    assert calls["parquet"]["ttft_ms"] == 200
    early = calls["ended_early"]
    assert (early["latency_ms"], early["ttft_ms"]) == (None, None)


def test_a_trace_lends_its_calls_session_user_and_name(
    tables: Tables, calls: dict[str, Row]
) -> None:
    call = calls["disjoint"]
    assert (call["session_id"], call["session_is_inferred"]) == ("s1", False)
    assert (call["use_case"], call["region"]) == ("chat", "eu")
    assert (calls["alone"]["session_id"], calls["alone"]["user_id"]) == (
        "t2",
        "unknown",
    )
    assert calls["alone"]["session_is_inferred"] is True
    assert calls["prompted"]["prompt_name"] == "greet"
    assert calls["prompted"]["prompt_version"] == "3"
    assert "ann@example.com" not in as_text(tables)


def test_flat_exports_say_the_same_in_every_format(calls: dict[str, Row]) -> None:
    columns = ("timestamp_utc", "latency_ms", "prompt_tokens", "cost_usd")
    columns += ("model_name", "model_provider", "session_id", "user_id", "is_failure")
    rows = [[calls[name][column] for column in columns] for name in ("csv", "line")]
    assert rows[0] == rows[1] == [calls["parquet"][column] for column in columns]
    assert rows[0][2:6] == [120, 0.5, "claude-sonnet-4", "anthropic"]


def test_the_newest_state_stays_and_a_call_is_counted_once(
    tables: Tables, calls: dict[str, Row]
) -> None:
    assert calls["twice"]["model_name"] == "new"
    assert tables["interactions"]["interaction_id"].is_unique


def test_tools_belong_to_the_call_that_used_them(
    tables: Tables, calls: dict[str, Row]
) -> None:
    tool = by_id(tables["tool_calls"], "span_id")["tool"]
    assert (tool["interaction_id"], tool["tool_name"]) == ("caller", "find")
    assert tool["is_failure"] is True
    assert calls["caller"]["tool_calls_count"] == 1
    assert calls["caller"]["tool_error_flag"] is True
    assert calls["inner"]["tool_calls_count"] == 0


def test_scores_are_of_a_call_or_of_the_last_one_of_their_trace(tables: Tables) -> None:
    scores = by_id(tables["evaluations"], "evaluation_id")
    seen, helpful, tone = scores["seen"], scores["helpful"], scores["tone"]
    assert (seen["interaction_id"], seen["score"]) == ("legacy", 0.5)
    assert (helpful["interaction_id"], helpful["score"]) == ("alone", 1.0)
    assert (tone["score"], tone["label"]) == (None, "polite")
    # all began at once: the last name decides
    assert scores["toxicity"]["interaction_id"] == "zeros"


def test_what_is_torn_is_counted_and_nothing_said_comes_in(tables: Tables) -> None:
    files = by_id(tables["files"], "file_name")
    lines = files["langfuse/v2.jsonl"]
    assert (lines["records"], lines["unreadable_records"]) == (2, 1)
    assert files["langfuse/trace.json"]["records"] == 1 + 20 + len(SCORES)
    assert files["langfuse/listed.json"]["records"] == 1
    assert files["langfuse/listed.json"]["unreadable_records"] == 0
    assert "SECRET" not in as_text(tables)


@pytest.mark.parametrize(
    ("name", "count", "inputs", "outputs", "micro_usd", "tools", "scores"),
    SHARED_TRACES,
)
def test_the_traces_of_langfuse_itself(
    tables: Tables,
    name: str,
    count: int,
    inputs: int,
    outputs: int,
    micro_usd: float,
    tools: int,
    scores: int,
) -> None:
    file = SHARED / "langfuse" / f"{name}.json"
    if not file.exists():
        pytest.skip("the shared data folder langfuse is not on this machine")
    trace_id = json.loads(file.read_text())["trace"]["id"]
    calls, used_tools, given = (
        tables[table][tables[table]["trace_id"] == trace_id]
        for table in ("interactions", "tool_calls", "evaluations")
    )
    assert (len(calls), len(used_tools), len(given)) == (count, tools, scores)
    assert calls["prompt_tokens"].sum() == inputs
    assert calls["completion_tokens"].sum() == outputs
    assert calls["cost_usd"].sum() * 1e6 == pytest.approx(micro_usd, abs=1e-9)
    assert not calls["is_failure"].any()


def test_content_comes_in_redacted_and_only_where_asked(tmp_path: Path) -> None:
    said = observation("a", input=[{"content": "I am ann@example.com"}], output="fine")
    write_lines(tmp_path / "langfuse" / "rows.jsonl", [said])
    (content,) = staged("langfuse", tmp_path, keep_content="1")["contents"].to_dict(
        "records"
    )
    assert content["prompt_text"] == '[{"content":"I am <EMAIL>"}]'
    assert content["response_text"] == "fine"
    assert content["prompt_chars"] == len("I am ann@example.com")
