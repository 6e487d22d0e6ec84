"""Who was called, what counts as input, and when the first token came, at the edges."""

import json
from pathlib import Path

import pandas as pd
import pytest
from staged_otlp import Record, call, interactions, landed, nanoseconds, span, staged

STOP = {"gen_ai.response.finish_reasons": ["stop"]}
USED = {"usage__input_tokens": 100, "usage__output_tokens": 9, **STOP}
TIMES = ("ttft_ms", "latency_ms")
UNCOUNTED = {"usage__input_tokens": 0, "usage__output_tokens": 0}


@pytest.mark.parametrize(
    ("said", "provider"),
    [
        (
            {"provider__name": "openai", "server.address": "api.deepseek.com"},
            "deepseek",
        ),
        ({"provider__name": "openai", "server.address": "API.GROQ.COM"}, "groq"),
        ({"provider__name": "openai", "server.address": "api.openai.com"}, "openai"),
        ({"provider__name": "openai", "server.address": "localhost"}, "openai"),
        (
            {
                "provider__name": "openai",
                "openai__api_base": "https://x.openai.azure.com/v1",
            },
            "azure.ai.openai",
        ),
        # a host that only looks like one
        ({"provider__name": "openai", "server.address": "api.groq.com.evil"}, "openai"),
        ({"system": "openai.responses", "gen_ai.system": "openai.responses"}, "openai"),
        ({"gen_ai.system": "azure.ai.openai"}, "azure.ai.openai"),
        ({"gen_ai.system": "aws.bedrock"}, "aws.bedrock"),
        ({"gen_ai.system": "myproxy.chat"}, "myproxy"),
        ({"metadata": '{"ls_provider": "xai"}'}, "xai"),
        ({"gen_ai.request.model": "claude-haiku-4-5"}, "anthropic"),
        ({"gen_ai.request.model": "my-own"}, None),
    ],
)
def test_the_provider_is_who_was_called(
    tmp_path: Path, said: Record, provider: str | None
) -> None:
    found = interactions(tmp_path, call("a", **USED, **said)).loc["a", "model_provider"]
    assert (None if pd.isna(found) else found) == provider


@pytest.mark.parametrize(
    ("read", "written", "scope", "whole"),
    [
        (100, 0, "app", 100),
        (60, 40, "app", 100),
        (60, 41, "app", 201),
        (30, 0, "opentelemetry.instrumentation.botocore.bedrock-runtime", 130),
        (0, 0, "opentelemetry.instrumentation.botocore.bedrock-runtime", 100),
        (200, 0, "litellm", 100),
    ],
)
def test_input_that_leaves_out_what_was_cached_is_completed(
    tmp_path: Path, read: int, written: int, scope: str, whole: int
) -> None:
    cached = {
        "usage__cache_read__input_tokens": read,
        "usage__cache_write__input_tokens": written,
    }
    row = interactions(tmp_path, call("a", scope=scope, **USED, **cached)).loc["a"]
    assert row["prompt_tokens"] == whole


@pytest.mark.parametrize(
    ("key", "total", "cached", "whole", "stated"),
    [
        ("gen_ai.usage.total_tokens", 109, 0, 100, 109),
        ("llm.usage.total_tokens", 120.0, 40, 100, 120),
        ("llm.token_count.total", 109, 40, 100, 109),
        # the cached tokens are in the total, but not in the input
        ("llm.token_count.total", 149, 40, 140, 149),
        # of net counts it says nothing more
        ("ai.usage.totalTokens", 109, 101, 201, None),
        ("gen_ai.usage.total_tokens", 0, 0, 100, None),
    ],
)
def test_a_total_is_compared_with_its_parts(
    tmp_path: Path, key: str, total: float, cached: int, whole: int, stated: int | None
) -> None:
    said = {key: total, "usage__cache_read__input_tokens": cached}
    row = interactions(tmp_path, call("a", **USED, **said)).loc["a"]
    found = row["stated_total_tokens"]
    assert row["prompt_tokens"] == whole
    assert (None if pd.isna(found) else found) == stated
    assert row["total_tokens"] == whole + 9


def test_a_total_of_other_counts_is_not_compared(tmp_path: Path) -> None:
    outer = call("1", **USED, **{"gen_ai.usage.total_tokens": 109})
    inner = call("2", "1", **{"gen_ai.usage.total_tokens": 7, **STOP})
    row = interactions(tmp_path, outer, inner).loc["2"]
    assert row["prompt_tokens"] == 100
    assert pd.isna(row["stated_total_tokens"])


@pytest.mark.parametrize(
    ("said", "ttft_ms", "latency_ms", "is_streaming"),
    [
        ({"gen_ai.response.time_to_first_chunk": 0.05}, 50, 100, True),
        ({"gen_ai.response.time_to_first_chunk": 0.098}, 98, 100, True),
        # the end of the span again
        ({"gen_ai.response.time_to_first_chunk": 0.099}, None, 100, True),
        ({"gen_ai.response.time_to_first_chunk": 0.102}, None, 100, True),
        # the span ended before its stream
        ({"gen_ai.response.time_to_first_chunk": 0.103}, None, None, True),
        ({"ai.response.msToFirstChunk": 50.5}, 50.5, 100, True),
        ({"gen_ai.server.time_to_first_token": 50}, 50, 100, True),
        ({"gen_ai.server.time_to_first_token": 0.05}, 50, 100, True),
        (
            {"gen_ai.server.time_to_first_token": 0.05, "gen_ai.request.stream": False},
            *(None, 100, False),
        ),
        ({}, None, 100, False),
    ],
)
def test_the_first_token_comes_before_the_end(
    tmp_path: Path,
    said: Record,
    ttft_ms: float | None,
    latency_ms: float | None,
    is_streaming: bool,
) -> None:
    row = interactions(tmp_path, call("a", **USED, **said)).loc["a"]
    found = [None if pd.isna(row[name]) else row[name] for name in TIMES]
    assert (*found, row["is_streaming"]) == (ttft_ms, latency_ms, is_streaming)


@pytest.mark.parametrize(
    ("said", "is_failure", "is_abandoned"),
    [
        ({}, False, True),
        ({"status": {"code": 1}}, None, False),
        ({"status": {"code": 1}, "gen_ai.output.messages": "[]"}, False, False),
        ({"gen_ai.response.id": "r"}, False, False),
        ({**UNCOUNTED, "status": {"code": 1}}, None, False),
        ({**UNCOUNTED, **STOP}, False, False),
        ({**UNCOUNTED, "name": "Chat.stream", "status": {"code": 1}}, False, True),
        ({"name": "chat upstream-1", "status": {"code": 1}}, None, False),
        ({"scope": "mistralai_sdk_tracer"}, True, False),
        ({"scope": "mistralai_sdk_tracer", "status": {"code": 1}}, None, False),
        ({"scope": "mistralai_sdk_tracer", "gen_ai.response.id": "r"}, False, False),
        ({"gen_ai.response.finish_reasons": ["error"]}, True, False),
        # the error of a tool, which the instrumentation repeats on the next answer
        ({**USED, "status": {"code": 2, "message": "x"}}, False, False),
        ({**USED, "status": {"code": 2}, "error.type": "Error"}, True, False),
        ({**USED, "status": {"code": 1}, "error.type": "RateLimitError"}, False, False),
        ({"status": {"code": 2, "message": "CancelledError"}}, False, True),
        ({"langfuse.observation.level": "ERROR"}, True, False),
        ({"http.response.status_code": 503}, True, False),
        ({**USED, "http.response.status_code": 200}, False, False),
    ],
)
def test_a_call_that_says_nothing_is_no_success(
    tmp_path: Path, said: Record, is_failure: bool | None, is_abandoned: bool
) -> None:
    row = interactions(tmp_path, call("a", **said)).loc["a"]
    found = None if pd.isna(row["is_failure"]) else bool(row["is_failure"])
    assert (found, bool(row["is_abandoned"])) == (is_failure, is_abandoned)


@pytest.mark.parametrize(
    "key", ["gen_ai.usage.cost", "operation.cost", "gen_ai.cost.total_cost"]
)
def test_a_cost_of_zero_is_a_missing_price(tmp_path: Path, key: str) -> None:
    rows = interactions(
        tmp_path, call("a", **USED, **{key: 0}), call("b", **USED, **{key: 0.5})
    )
    assert rows["cost_usd"].fillna(-1).to_dict() == {"a": -1, "b": 0.5}


@pytest.mark.parametrize(
    ("used", "tokens"),
    [
        ({"input": 10, "output": 5, "input_cached_tokens": 90}, (100, 5)),
        (
            {"input": 100, "output": 5, "total": 105, "input_cached_tokens": 90},
            (100, 5),
        ),
        ({"input_tokens": 100, "output_tokens": 5}, (100, 5)),
        ({"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105}, (100, 5)),
    ],
)
def test_usage_in_json_is_added_up(
    tmp_path: Path, used: dict[str, int], tokens: tuple[int, int]
) -> None:
    said = {"langfuse.observation.type": "generation"}
    said["langfuse.observation.usage_details"] = json.dumps(used)
    row = interactions(tmp_path, span("a", **said)).loc["a"]
    assert (row["prompt_tokens"], row["completion_tokens"]) == tokens


def test_a_long_text_is_read_like_a_short_one(tmp_path: Path) -> None:
    output = {"message": "x" * 900, "usage": {"inputTokens": 7, "outputTokens": 3}}
    model = {"genkit:metadata:subtype": "model", "genkit:name": "openai/gpt-5-mini"}
    row = interactions(
        tmp_path, span("a", **model, **{"genkit:output": json.dumps(output)})
    ).loc["a"]
    assert (row["model_name"], row["prompt_tokens"]) == ("gpt-5-mini", 7)


def test_attributes_without_a_span_are_read_in_a_dialect_too(tmp_path: Path) -> None:
    said = {"langfuse.observation.type": "generation", "gen_ai.request.model": "m"}
    (file,) = landed(tmp_path, json.dumps({**said, "langfuse.session.id": "s"}))
    assert staged([file])["interactions"]["session_id"].tolist() == ["s"]


def test_a_first_token_may_be_an_event(tmp_path: Path) -> None:
    chunks = [
        {"name": "gen_ai.content.completion.chunk", "timeUnixNano": nanoseconds(at)}
        for at in (40, 60)
    ]
    row = interactions(tmp_path, call("a", events=chunks, **USED)).loc["a"]
    assert row["ttft_ms"] == 40
