"""Which spans are calls to a model, told once, and what they inherit."""

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
CHAIN = {"openinference.span.kind": "CHAIN"}
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


NESTED = {
    "the client's span under the framework's": [
        call("a", **USAGE),
        call("b", "a", response__id="r", **USAGE),
    ],
    "other spans between, at any depth": [
        call("a", **USAGE),
        span("x", "a", **CHAIN),
        span("y", "x"),
        call("b", "y", **USAGE),
    ],
    "three deep": [
        call("c", **USAGE),
        call("a", "c", **USAGE),
        call("b", "a", **USAGE),
    ],
    "the span between was lost": [
        call("a", at=(0, 100), response__id="r"),
        call("b", "lost", at=(10, 90), response__id="r", **USAGE),
    ],
    "no usage on either side": [call("a"), call("b", "a", response__id="r")],
    "counts that differ": [
        call("a", usage__input_tokens=100, usage__output_tokens=50),
        call("b", "a", usage__input_tokens=98, usage__output_tokens=50),
    ],
    "counts, answers and models that differ": [
        call("a", response__id="run-1", **{"gen_ai.request.model": "auto"}, **USAGE),
        call("b", "a", response__id="r", usage__input_tokens=9),
    ],
    "a step between, counts and answers that differ": [
        call("a", response__id="run-1", **USAGE),
        span("x", "a", **CHAIN),
        call("b", "x", response__id="r", usage__input_tokens=9),
    ],
    "a span of no known kind between, one answer unnamed": [
        call("a", **USAGE),
        span("x", "a"),
        call("b", "x", response__id="r", usage__input_tokens=9),
    ],
}


@pytest.mark.parametrize("spans", NESTED.values(), ids=NESTED)
def test_a_call_that_is_told_again_closer_to_the_wire_counts_once(
    tmp_path: Path, spans: list[Record]
) -> None:
    assert list(interactions(tmp_path, *spans).index) == ["b"]


DISTINCT = {
    "a tool asks another model": [
        call("a", response__id="r1", usage__input_tokens=10, usage__output_tokens=2),
        span("t", "a", **TOOL),
        call(
            "b", "t", response__id="r2", usage__input_tokens=5, usage__output_tokens=1
        ),
    ],
    "a tool asks, nobody counts": [call("a"), span("t", "a", **TOOL), call("b", "t")],
    "a tool that no convention knows": [
        call("a", response__id="r1", usage__input_tokens=10, usage__output_tokens=2),
        span("t", "a"),
        call(
            "b", "t", response__id="r2", usage__input_tokens=5, usage__output_tokens=1
        ),
    ],
    "answers of one name, one after the other": [
        call("a", at=(0, 10), response__id="chatcmpl-1"),
        call("b", at=(20, 30), response__id="chatcmpl-1"),
    ],
}


@pytest.mark.parametrize("spans", DISTINCT.values(), ids=DISTINCT)
def test_calls_that_differ_stay_two(tmp_path: Path, spans: list[Record]) -> None:
    assert sorted(interactions(tmp_path, *spans).index) == ["a", "b"]


def test_attempts_inside_a_wrapper_that_sums_them_up_are_the_calls(
    tmp_path: Path,
) -> None:
    spans = [
        call("f", usage__input_tokens=30, usage__output_tokens=5),
        call("a", "f", usage__input_tokens=10, usage__output_tokens=2),
        call("b", "f", usage__input_tokens=20, usage__output_tokens=3),
    ]
    assert sorted(interactions(tmp_path, *spans).index) == ["a", "b"]


COUNTS = ["prompt_tokens", "completion_tokens", "cost_usd"]
OUTER = call("a", **USAGE, **{"gen_ai.usage.cost": 0.5, "at": (0, 100)})
HEIRS: dict[str, tuple[list[Record], dict[str, list[float | None]]]] = {
    "a stream that counted nothing": (
        [OUTER, call("b", "a", response__finish_reasons=["stop"])],
        {"b": [130_213, 7, 0.5]},
    ),
    "through a wrapper that counted nothing": (
        [OUTER, call("b", "a"), span("x", "b"), call("c", "x")],
        {"c": [130_213, 7, 0.5]},
    ),
    "the attempt that answered": (
        [
            OUTER,
            call("b", "a", at=(0, 9), status={"code": 2}),
            call("c", "a", at=(10, 90)),
        ],
        {"b": [None, None, None], "c": [130_213, 7, 0.5]},
    ),
    "counts of its own": (
        [OUTER, call("b", "a", usage__input_tokens=98, usage__output_tokens=7)],
        {"b": [98, 7, 0.5]},
    ),
    "a cost of its own": (
        [OUTER, call("b", "a", **{"gen_ai.usage.cost": 0.25})],
        {"b": [130_213, 7, 0.25]},
    ),
    "of several that answered the last, and no cost of both": (
        [OUTER, call("b", "a", at=(0, 9)), call("c", "a", at=(10, 90))],
        {"b": [None, None, None], "c": [130_213, 7, None]},
    ),
    "nothing by way of a tool": (
        [OUTER, span("t", "a", **TOOL), call("b", "t")],
        {"a": [130_213, 7, 0.5], "b": [None, None, None]},
    ),
    "what answered is known from its span alone": (
        [OUTER, call("b", "a", status={"code": 2})],
        {"a": [130_213, 7, 0.5], "b": [None, None, None]},
    ),
}


@pytest.mark.parametrize(("spans", "counted"), HEIRS.values(), ids=HEIRS)
def test_a_leaf_inherits_what_its_wrapper_alone_counted(
    tmp_path: Path, spans: list[Record], counted: dict[str, list[float | None]]
) -> None:
    found = interactions(tmp_path, *spans)[COUNTS].sort_index().astype(object)
    plain = found.where(found.notna(), None)
    assert {name: list(row) for name, row in plain.iterrows()} == counted


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
