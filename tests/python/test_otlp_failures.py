"""Which calls of OTLP failed, and which were only given up or caught."""

from pathlib import Path
from typing import Any

import pytest
from staged_otlp import Record, attribute_list, call, interactions, span

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
        # LangSmith leaves the status of a failed call at OK
        ({"status": {"code": 1}}, "ValueError"),
        ({"status": {"code": "STATUS_CODE_OK"}}, "ValueError"),
        ({"status": {"code": 1}, "usage__output_tokens": 5}, None),
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
