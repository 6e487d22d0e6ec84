"""A call counts once, whichever instrumentations recorded it, and two calls twice."""

from pathlib import Path

import pandas as pd
import pytest
from otlp_mixtures import App, Recorder
from staged_otlp import Record, call, interactions, landed, request, span, staged

TOOL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "ask"}


def counted(frame: pd.DataFrame) -> tuple[int, int, int]:
    """Return the calls, failures and tokens of an app's interactions."""
    return len(frame), int(frame["is_failure"].sum()), int(frame["total_tokens"].sum())


def test_mixtures_of_two_instrumentations_are_counted_as_they_called(
    tmp_path: Path,
) -> None:
    apps = [Recorder(seed).run() for seed in range(70)]
    found = staged(landed(tmp_path, *(app.line() for app in apps)))["interactions"]
    by_app = dict(list(found.groupby("service_name")))
    wrong = {
        app.name: (counted(by_app[app.name]), real(app))
        for app in apps
        if counted(by_app[app.name]) != real(app)
    }
    assert wrong == {}


def real(app: App) -> tuple[int, int, int]:
    """Return the calls, failures and tokens of an app."""
    return app.calls, app.failures, app.tokens


ANSWER = {"usage__input_tokens": 100, "usage__output_tokens": 20}
FAILED = {"status": {"code": 2}, "error.type": "RateLimitError"}
SDK = "com.example.sdk.python"

ONE = {
    "siblings": [
        call("a", scope="x", at=(2, 128), **ANSWER),
        call("b", scope="y", at=(10, 125), **ANSWER),
    ],
    "a model with its date and without": [
        call("a", scope="x", **{"gen_ai.request.model": "openai/gpt-4o"}, **ANSWER),
        call("b", scope="y", **{"gen_ai.request.model": "gpt-4o-2024-08-06"}, **ANSWER),
    ],
    "one without counts": [
        call("a", scope="x", at=(0, 100), response__finish_reasons=["stop"]),
        call("b", scope="y", at=(1, 99), **ANSWER),
    ],
    "one that leaves out what was cached": [
        call("a", scope="x", usage__input_tokens=900, usage__output_tokens=20),
        call(
            "b",
            scope="y",
            usage__input_tokens=1000,
            usage__output_tokens=20,
            usage__cache_read__input_tokens=100,
        ),
    ],
    "the inner one ends some milliseconds late": [
        call("a", scope="x", at=(2, 128), **ANSWER),
        call("b", scope="y", at=(3, 131.5), **ANSWER),
    ],
    "failures": [
        call("a", scope="x", at=(0, 100), **FAILED),
        call("b", scope="y", at=(1, 99), **FAILED),
    ],
    "one answer in two traces, neither within the other": [
        call("a", at=(0, 100), response__id="r", **ANSWER),
        call("b", trace="2", at=(20, 150), response__id="r", **ANSWER),
    ],
    "a client's own span in another trace": [
        call("a", "p", scope="x", at=(0, 100), **ANSWER),
        call("b", trace="2", scope=SDK, at=(5, 95), response__id="r", **ANSWER),
    ],
    "a client's own failed span in another trace": [
        call("a", scope="x", at=(0, 100), **FAILED),
        call("b", trace="2", scope=SDK, at=(5, 95), **FAILED),
    ],
    "a child that outlives its parent": [
        call("a", scope="x", at=(0, 100), response__id="r", **ANSWER),
        call("b", "a", scope="y", at=(0, 100.9), response__id="r", **ANSWER),
    ],
    "a preparation": [
        call("a", "p", at=(0, 2), status={"code": 1}),
        call("b", "p", at=(3, 400), status={"code": 1}, **ANSWER),
    ],
    "a stream that is opened, and logged when it has ended": [
        call("a", scope="z", at=(0, 270), **{"gen_ai.request.model": "m"}),
        call("b", trace="2", scope="z", at=(460, 460), duration=0.19, **ANSWER),
    ],
}


@pytest.mark.parametrize("spans", ONE.values(), ids=ONE)
def test_a_call_that_two_spans_record_counts_once(
    tmp_path: Path, spans: list[Record]
) -> None:
    (row,) = interactions(tmp_path, *spans).fillna({"total_tokens": 0}).itertuples()
    assert row.total_tokens == 0 if row.is_failure else row.total_tokens in (120, 1020)


def test_a_log_of_an_impossible_duration_is_a_call_of_its_own(tmp_path: Path) -> None:
    spans = [
        call("a", scope="z", at=(0, 270)),
        call("b", trace="2", scope="z", at=(460, 460), duration=1e12, **ANSWER),
    ]
    assert len(interactions(tmp_path, *spans)) == 2


def test_a_call_that_is_logged_when_its_stream_has_ended_streams(
    tmp_path: Path,
) -> None:
    spans = ONE["a stream that is opened, and logged when it has ended"]
    (row,) = interactions(tmp_path, *spans).itertuples()
    assert row.is_streaming


TWO = {
    "one instrumentation": [
        call("a", at=(2, 128), **ANSWER),
        call("b", at=(4, 126), **ANSWER),
    ],
    "other counts": [
        call("a", scope="x", usage__input_tokens=7, usage__output_tokens=20),
        call("b", scope="y", **ANSWER),
    ],
    "another model": [
        call("a", scope="x", **{"gen_ai.request.model": "gpt-4o"}, **ANSWER),
        call("b", scope="y", **{"gen_ai.request.model": "gpt-4o-mini"}, **ANSWER),
    ],
    "one after the other": [
        call("a", scope="x", at=(0, 100), **ANSWER),
        call("b", scope="y", at=(100, 200), **ANSWER),
    ],
    "an answer and a failed attempt": [
        call("a", scope="x", at=(0, 100), **ANSWER),
        call("b", scope="y", at=(1, 40), **FAILED),
    ],
    "other answers": [
        call("a", scope="x", response__id="r1", **ANSWER),
        call("b", scope="y", response__id="r2", **ANSWER),
    ],
    "an id that a small server used again": [
        call("a", response__id="r", at=(0, 100), **ANSWER),
        call("b", trace="2", response__id="r", at=(200, 300), **ANSWER),
    ],
    "a call that a tool makes": [
        call("a", scope="x", at=(0, 100)),
        span("t", "a", at=(10, 90), **TOOL),
        call("b", "t", scope="y", at=(20, 80)),
    ],
    "a short answer without counts, then another": [
        call(
            "a",
            "p",
            at=(0, 2),
            status={"code": 1},
            **{"llm.output_messages.0.message.role": "assistant"},
        ),
        call("b", "p", at=(3, 400), **ANSWER),
    ],
    "an answer without counts that took its time, then another": [
        call("a", "p", at=(0, 90), status={"code": 1}),
        call("b", "p", at=(91, 400), **ANSWER),
    ],
    "without an id, in two traces": [
        call("a", scope="x", at=(0, 100), **ANSWER),
        call("b", trace="2", scope="y", at=(5, 95), **ANSWER),
    ],
}


@pytest.mark.parametrize("spans", TWO.values(), ids=TWO)
def test_two_calls_count_twice(tmp_path: Path, spans: list[Record]) -> None:
    assert sorted(interactions(tmp_path, *spans).index) == ["a", "b"]


def test_spans_of_two_services_are_two_calls(tmp_path: Path) -> None:
    lines = [
        request(call("a", scope="x", **ANSWER), **{"service.name": "one"}),
        request(call("b", scope="y", **ANSWER), **{"service.name": "two"}),
    ]
    assert len(staged(landed(tmp_path, *lines))["interactions"]) == 2


def test_what_may_be_one_call_or_two_is_kept_as_two_and_named(tmp_path: Path) -> None:
    spans = TWO["without an id, in two traces"]
    (pair,) = staged(landed(tmp_path, request(*spans)))["repeated_calls"].itertuples()
    assert (pair.scope_names, pair.is_certain) == ("x and y", False)


def test_one_call_has_what_either_span_says_of_it(tmp_path: Path) -> None:
    outer = {
        "session.id": "s-1",
        "request__temperature": 0.25,
        "response__finish_reasons": ["refusal"],
        "gen_ai.usage.cost": 0.5,
    }
    inner = {
        "gen_ai.provider.name": "anthropic",
        "usage__cache_read__input_tokens": 80,
    }
    spans = [
        call("a", scope="x", at=(0, 100), **ANSWER, **outer),
        call("b", trace="2", scope=SDK, at=(5, 95), **ANSWER, **inner),
    ]
    (row,) = interactions(tmp_path, *spans).itertuples()
    assert (row.session_id, row.temperature, row.cost_usd) == ("s-1", 0.25, 0.5)
    assert (row.model_provider, row.cache_read_tokens) == ("anthropic", 80)
    assert (row.finish_reason, row.safety_block_flag) == ("refusal", True)


LEAVES: dict[str, tuple[Record, list[int]]] = {
    "counts that leave out what was cached": (
        {"usage__input_tokens": 200, "usage__cache_read__input_tokens": 800},
        [1000, 800],
    ),
    "the same, without the cached": ({"usage__input_tokens": 200}, [1000, 800]),
    "the cached alone is missing": ({"usage__input_tokens": 1000}, [1000, 800]),
    "counts of its own, in which that has no room": (
        {"usage__input_tokens": 300},
        [300, 0],
    ),
}


@pytest.mark.parametrize(("leaf", "counts"), LEAVES.values(), ids=LEAVES)
def test_a_leaf_that_says_less_than_its_wrapper_takes_its_counts(
    tmp_path: Path, leaf: Record, counts: list[int]
) -> None:
    wrapper = {
        "usage__input_tokens": 1000,
        "usage__output_tokens": 20,
        "usage__cache_read__input_tokens": 800,
    }
    spans = [call("a", **wrapper), call("b", "a", usage__output_tokens=20, **leaf)]
    (row,) = (
        interactions(tmp_path, *spans).fillna({"cache_read_tokens": 0}).itertuples()
    )
    assert [row.prompt_tokens, row.cache_read_tokens] == counts


def test_a_leaf_that_tells_nothing_fails_with_its_wrapper(tmp_path: Path) -> None:
    found = interactions(tmp_path, call("a", **FAILED), call("b", "a"))
    assert list(found["error_type"]) == ["RateLimitError"]


def test_attempts_have_the_parent_of_the_wrappers_that_each_has(tmp_path: Path) -> None:
    spans = [
        span("p", at=(0, 300)),
        call("a", "p", at=(0, 100), **FAILED),
        call("b", "a", at=(1, 99), **FAILED),
        call("c", "p", at=(110, 300), **ANSWER),
        call("d", "c", at=(111, 299), **ANSWER),
    ]
    found = interactions(tmp_path, *spans)
    assert sorted(found.index) == ["b", "d"]
    assert set(found["parent_span_id"].str.lstrip("0")) == {"p"}


def test_an_answer_and_the_failed_attempt_inside_it_are_one_operation(
    tmp_path: Path,
) -> None:
    spans = [
        call("a", at=(0, 100), **ANSWER),
        call("b", "a", at=(5, 40), **FAILED),
        call("c", at=(200, 300), **ANSWER),
    ]
    found = interactions(tmp_path, *spans)["operation_id"]
    assert found["a"] == found["b"] == f"{'1':0>32}-{'a':0>16}"
    assert pd.isna(found["c"])
