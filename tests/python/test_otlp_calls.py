"""Which spans are calls to a model, how they failed, and what they inherit."""

from pathlib import Path
from typing import Any

import pytest
from staged_otlp import (
    Record,
    attribute_list,
    call,
    interactions,
    landed,
    request,
    span,
    staged,
)

USAGE = {"usage__input_tokens": 130_213, "usage__output_tokens": 7}
TOOL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "ask"}
COUNTED = {"gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 9}


@pytest.mark.parametrize(
    ("attributes", "calls"),
    [
        ({"gen_ai.operation.name": "chat"}, 1),
        ({"gen_ai.operation.name": "generate_content"}, 1),
        ({"gen_ai.operation.name": "text_completion"}, 1),
        ({"gen_ai.operation.name": "embeddings"}, 0),
        ({"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 9}, 0),
        ({"openinference.span.kind": "LLM"}, 1),
        ({"openinference.span.kind": "EMBEDDING"}, 0),
        ({"llm.request.type": "chat"}, 1),
        ({"llm.request.type": "rerank"}, 0),
        ({"langfuse.observation.type": "generation"}, 1),
        ({"gen_ai.request.model": "m", "gen_ai.usage.prompt_tokens": 5}, 1),
        ({"gen_ai.request.model": "m", "gen_ai.response.finish_reasons": ["stop"]}, 1),
        ({"gen_ai.request.model": "m", "error.type": "500"}, 1),
        ({"gen_ai.request.model": "m", "status": {"code": 2}}, 1),
        ({"gen_ai.request.model": "m"}, 0),
        ({"error.type": "500", "status": {"code": 2}}, 0),
        # words of LiteLLM's own callback, and of nobody known
        ({"llm.request.type": "acompletion"}, 1),
        ({"llm.request.type": "atext_completion"}, 1),
        ({"llm.request.type": "aembedding", **COUNTED}, 0),
        ({"gen_ai.operation.name": "responses"}, 1),
        ({"gen_ai.operation.name": "aresponses"}, 1),
        ({"gen_ai.operation.name": "anthropic_messages"}, 1),
        ({"gen_ai.operation.name": "chat.completions"}, 1),
        ({"gen_ai.operation.name": "converse", **COUNTED}, 1),
        ({"gen_ai.operation.name": "converse"}, 0),
        ({"gen_ai.operation.name": "embeddings", **COUNTED}, 0),
        ({"gen_ai.operation.name": "invoke_workflow", **COUNTED}, 0),
        ({"http.request.method": "POST"}, 0),
    ],
)
def test_only_requests_to_a_model_are_calls(
    tmp_path: Path, attributes: Record, calls: int
) -> None:
    assert len(interactions(tmp_path, span("a", **attributes))) == calls


def test_the_nearest_ancestor_speaks_first_then_the_trace(tmp_path: Path) -> None:
    spans = [
        span("1", **{"session.id": "far", "app.region": "eu"}),
        span("2", "1", **{"session.id": "near", "gen_ai.prompt.version": "v2"}),
        call("a", "2"),
        call("b", "2", **{"session.id": "own"}),
        call("c", "1"),
        call("d", "lost"),
    ]
    found = interactions(tmp_path, *spans)
    sessions = {"a": "near", "b": "own", "c": "far", "d": "far"}
    assert found["session_id"].to_dict() == sessions
    assert set(found["region"]) == {"eu"}
    # a prompt belongs to the calls below the span that names it
    assert found["prompt_version"].dropna().to_dict() == {"a": "v2", "b": "v2"}
    assert not found["session_is_inferred"].any()


def test_a_trace_that_names_no_session_is_one(tmp_path: Path) -> None:
    found = interactions(tmp_path, call("a"), call("b", "a", **USAGE, trace="2"))
    assert (found["session_id"] == found["trace_id"]).all()
    assert found["session_is_inferred"].all()
    assert set(found["user_id"]) == {"unknown"}


def test_parents_in_a_circle_end(tmp_path: Path) -> None:
    spans = [call("a", "b"), call("b", "a"), span("c", "c", **{"session.id": "s"})]
    spans.append(span("d", **{"session.id": "t"}))
    assert len(interactions(tmp_path, *spans)) <= 2


STREAMED = {"gen_ai.request.stream": True}
ABANDONED: dict[str, Record] = {
    "an error to one library": {
        "status": {"code": 2, "message": "abandoned stream"},
        "error.type": "_OTHER",
        "gen_ai.response.finish_reasons": ["error"],
    },
    "nothing to the others": {"status": {"code": 1}},
    "not even a status": {},
}


@pytest.mark.parametrize("said", ABANDONED.values(), ids=ABANDONED)
def test_an_abandoned_stream_is_no_failure(tmp_path: Path, said: Any) -> None:
    row = interactions(tmp_path, call("a", **STREAMED, **said)).loc["a"]
    assert row["is_abandoned"]
    assert not row["is_failure"]
    assert (row["failure_type"], row["error_type"], row["finish_reason"]) == (
        *("none", None, None),
    )


def test_a_stream_without_usage_has_unknown_tokens(tmp_path: Path) -> None:
    stopped = {"gen_ai.response.finish_reasons": ["stop"]}
    row = interactions(tmp_path, call("a", **STREAMED, **stopped)).loc["a"]
    assert row[["prompt_tokens", "completion_tokens", "total_tokens"]].isna().all()
    assert not row["is_abandoned"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"error.type": "openai.RateLimitError"}, "rate_limit"),
        ({"error.type": "429"}, "rate_limit"),
        ({"error.type": "APITimeoutError"}, "timeout"),
        ({"error.type": "504"}, "timeout"),
        ({"error.type": "openai.BadRequestError"}, "provider_error"),
        ({"status": {"code": "STATUS_CODE_ERROR"}}, "provider_error"),
        ({"gen_ai.response.finish_reasons": ["content_filter"]}, "safety_block"),
        ({"gen_ai.response.finish_reasons": '["content_filter"]'}, "safety_block"),
        ({"gen_ai.response.finish_reason": "content-filter"}, "safety_block"),
        ({"gen_ai.response.finish_reasons": ["stop"]}, "none"),
    ],
)
def test_failures_have_the_kinds_that_all_sources_share(
    tmp_path: Path, said: Record, kind: str
) -> None:
    row = interactions(tmp_path, call("a", **said)).loc["a"]
    assert row["failure_type"] == kind
    assert row["is_failure"] == (kind not in ("none", "safety_block"))
    assert row["safety_block_flag"] == (kind == "safety_block")


def raised(name: str) -> list[Record]:
    """Return the event of an exception."""
    attributes = attribute_list({"exception.type": name})
    return [{"name": "exception", "attributes": attributes}]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"status": {"code": 1}}, None),
        ({"status": {"code": "STATUS_CODE_OK"}}, None),
        ({"usage__output_tokens": 5}, None),
        ({"response__finish_reasons": ["stop"]}, None),
        ({"response__finish_reasons": ["error"]}, "ValueError"),
        ({"usage__output_tokens": 5, "status": {"code": 2}}, "ValueError"),
        ({}, "ValueError"),
    ],
)
def test_an_exception_that_was_caught_is_no_failure(
    tmp_path: Path, said: Record, error: str | None
) -> None:
    row = interactions(tmp_path, call("a", events=raised("a.ValueError"), **said)).loc[
        "a"
    ]
    assert (row["error_type"], row["is_failure"]) == (error, error is not None)


def test_a_call_that_failed_and_names_no_operation_is_a_failed_call(
    tmp_path: Path,
) -> None:
    said = {"gen_ai.system": "openai", "gen_ai.request.model": "m", "error.type": "500"}
    row = interactions(tmp_path, span("a", status={"code": 2}, **said)).loc["a"]
    assert (row["model_name"], row["failure_type"]) == ("m", "provider_error")


def test_a_tool_belongs_to_the_answer_before_it(tmp_path: Path) -> None:
    spans = [
        call("a", at=(0, 10)),
        span("t", at=(11, 12), **TOOL),
        span("u", at=(13, 14), status={"code": 2}, **TOOL),
        call("b", at=(20, 30)),
    ]
    frames = staged(landed(tmp_path, request(*spans)))
    counted = frames["interactions"].set_index("span_id")
    assert list(counted["tool_calls_count"]) == [2, 0]
    assert list(counted["tool_error_flag"]) == [True, False]
    assert list(frames["tool_calls"]["is_failure"]) == [False, True]
    assert set(frames["tool_calls"]["interaction_id"]) == {f"{1:032}-{'a':0>16}"}
