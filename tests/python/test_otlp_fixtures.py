"""Recorded telemetry of three instrumentations: every file as counted by hand."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from staged_otlp import staged

Find = Callable[[str], Path]

# each recorded the same eleven calls and an embedding below one request
CAPTURES = (
    "genai",
    "c_EVENT_ONLY",
    "openinference",
    "oi_hidden",
    "traceloop",
    "tl_hidden",
)
STOP, TOOLS = "stop", "tool_calls"
# finish reason, error, failure, whether tokens are known; in the order of the calls
CALLS = [
    (STOP, None, "none", True),
    (STOP, None, "none", False),
    (STOP, None, "none", True),
    (None, None, "none", False),
    (TOOLS, None, "none", True),
    (None, "RateLimitError", "rate_limit", False),
    (None, "InternalServerError", "provider_error", False),
    # its message names the content policy
    (None, "BadRequestError", "safety_block", False),
    (None, "APITimeoutError", "timeout", False),
    (STOP, None, "none", True),
    (STOP, None, "none", True),
]
# OpenLLMetry keeps no reasoning tokens of a stream
LOSES_REASONING = {"traceloop", "tl_hidden"}
# OpenInference records no finish reason of the Responses API
LOSES_RESPONSES = {"openinference", "oi_hidden"}


def plain(column: pd.Series) -> list[object]:
    """Return values with None for what is missing."""
    return [None if pd.isna(value) else value for value in column]


@pytest.mark.parametrize("name", CAPTURES)
def test_a_capture_holds_eleven_calls(name: str, shared_data: Find) -> None:
    file = shared_data("otlp/captures") / f"{name}.spans.jsonl"
    found = staged([file])["interactions"].sort_values("timestamp_utc")
    finish = [reason for reason, *_ in CALLS]
    if name in LOSES_RESPONSES:
        finish[9] = None
    assert plain(found["finish_reason"]) == finish
    assert plain(found["error_type"]) == [error for _, error, *_ in CALLS]
    assert list(found["failure_type"]) == [kind for _, _, kind, _ in CALLS]
    assert list(found["is_failure"]) == [kind != "none" for _, _, kind, _ in CALLS]
    assert list(found["is_abandoned"]) == [place == 3 for place in range(11)]
    assert list(found["is_streaming"]) == [place in (1, 2, 3) for place in range(11)]
    assert set(found["session_id"]) == {"s1"}
    assert set(found["model_provider"]) == {"openai"}
    assert set(found["service_name"]) == {"demo"}


@pytest.mark.parametrize("name", CAPTURES)
def test_tokens_of_a_capture(name: str, shared_data: Find) -> None:
    file = shared_data("otlp/captures") / f"{name}.spans.jsonl"
    found = staged([file])["interactions"].sort_values("timestamp_utc")
    known = [known for *_, known in CALLS]
    expected = {
        "prompt_tokens": 1200,
        "completion_tokens": 300,
        "total_tokens": 1500,
        "cache_read_tokens": 1024,
    }
    for column, tokens in expected.items():
        assert plain(found[column]) == [tokens if k else None for k in known], column
    reasoning = [128 if k else None for k in known]
    if name in LOSES_REASONING:
        reasoning[2] = None
    assert plain(found["reasoning_tokens"]) == reasoning


def test_the_three_instrumentations_tell_the_same(shared_data: Find) -> None:
    folder = shared_data("otlp/captures")
    columns = [
        *("model_name", "request_model", "model_provider", "prompt_tokens"),
        *("completion_tokens", "cache_read_tokens", "failure_type", "error_type"),
        *("is_failure", "is_streaming", "is_abandoned", "temperature", "max_tokens"),
    ]
    tables = [
        staged([folder / f"{name}.spans.jsonl"])["interactions"]
        .sort_values("timestamp_utc")[columns]
        .reset_index(drop=True)
        for name in CAPTURES
    ]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0])


def test_content_in_log_events_is_read_only_into_contents(shared_data: Find) -> None:
    folder = shared_data("otlp/captures")
    files = [folder / f"c_EVENT_ONLY.{kind}.jsonl" for kind in ("spans", "logs")]
    frames = {**staged(files)}
    contents = frames.pop("contents")
    assert len(contents) == 11
    assert "Paris" in contents["response_text"].str.cat()
    assert not any("Paris" in frame.to_csv() for frame in frames.values())


def test_a_workflow(shared_data: Find) -> None:
    frames = staged(sorted(shared_data("otlp/workflow").glob("*.jsonl")))
    first, second = (
        frames["interactions"].sort_values("timestamp_utc").to_dict("records")
    )
    assert (first["prompt_tokens"], first["cache_read_tokens"]) == (1200, 1024)
    assert (second["failure_type"], second["tool_calls_count"]) == ("rate_limit", 0)
    assert (first["tool_calls_count"], first["tool_error_flag"]) == (2, True)
    assert {first["use_case"], second["use_case"]} == {"qa"}
    assert first["prompt_version"] == "v2"
    tools = frames["tool_calls"].set_index("tool_name")
    assert tools["is_failure"].to_dict() == {"bad_tool": True, "get_weather": False}
    (branch,) = frames["branch_decisions"].to_dict("records")
    assert (branch["from_node"], branch["to_node"]) == (
        *("generate_response", "human_review"),
    )
    assert branch["is_taken"]
    judged = frames["evaluations"].set_index("evaluation_name")
    assert judged["score"].to_dict() == {"hallucination": 0.9, "user_feedback": -1.0}
    assert set(judged["interaction_id"]) == {first["interaction_id"]}


def test_single_spans_in_current_and_deprecated_names(shared_data: Find) -> None:
    frames = staged(sorted(shared_data("otlp/openinference").glob("*.json")))
    found = frames["interactions"]
    assert len(found) == 4
    assert set(
        zip(found["prompt_tokens"], found["completion_tokens"], strict=True)
    ) == {(97, 52)}
    assert set(found["model_name"]) == {"gpt-4-0613"}
    assert set(found["request_model"]) == {"gpt-4"}
    assert set(found["max_tokens"]) == {200}
    assert not found["is_failure"].any()
    assert list(frames["tool_calls"]["tool_name"]) == ["get_weather"]
