"""Which spans are calls to a model, how they failed, and what they inherit."""

from pathlib import Path

import pytest
from staged_otlp import (
    Record,
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
