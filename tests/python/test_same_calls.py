"""Whoever logged a call, the marts say the same of it."""

import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import same_calls
from test_openinference import write_parquet

from llm_telemetry.warehouse.build import build_marts
from llm_telemetry.warehouse.connection import read

Marts = dict[str, pd.DataFrame]
MARTS = ("interactions", "operations", "health", "health_by_day", "sessions", "users")
CARRIED = [
    "timestamp_utc",
    "interaction_date",
    "session_id",
    "user_id",
    "model_provider",
    "model_name",
    "latency_ms",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "cache_read_tokens",
    "reasoning_tokens",
    "cost_usd",
    "cost_source",
    "is_failure",
    "failure_type",
    "is_sla_breach",
    "session_is_inferred",
    "attempt_index",
    "is_final_attempt",
    "attempts",
    "operation_latency_ms",
    "operation_cost_usd",
    "is_operation_failure",
]
# LiteLLM sees no tools but those it calls itself
LOST = {"litellm": ["tool_use_rate"]}
WRITERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "openinference": (
        "otlp",
        lambda folder: same_calls.write_spans(folder, same_calls.openinference),
    ),
    "openllmetry": (
        "otlp",
        lambda folder: same_calls.write_spans(folder, same_calls.openllmetry),
    ),
    "litellm": (
        "litellm",
        lambda folder: same_calls.write_lines(
            folder / "spend_logs.jsonl",
            [same_calls.litellm(call) for call in same_calls.calls()],
        ),
    ),
    "phoenix": (
        "openinference",
        lambda folder: write_parquet(
            folder / "spans.parquet",
            [same_calls.phoenix(call) for call in same_calls.calls()],
        ),
    ),
    "mlflow": (
        "mlflow",
        lambda folder: same_calls.write_lines(
            folder / "traces.jsonl",
            [same_calls.mlflow(call) for call in same_calls.calls()],
        ),
    ),
    "langfuse": (
        "langfuse",
        lambda folder: same_calls.write_lines(
            folder / "observations.jsonl",
            [same_calls.langfuse(call) for call in same_calls.calls()],
        ),
    ),
}


def marts(folder: Path, source: str) -> Marts:
    """Build the marts of one source."""
    select = " ".join(f"+{mart}" for mart in MARTS)
    with build_marts(folder, folder / "w.duckdb", [source], select=select) as warehouse:
        return {mart: read(mart, warehouse) for mart in MARTS}


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """What the official OpenTelemetry instrumentation says of the calls."""
    folder = tmp_path_factory.mktemp("genai")
    same_calls.write_spans(folder, same_calls.genai)
    return marts(folder, "otlp")


def test_the_marts_say_what_was_called(official: Marts) -> None:
    calls = same_calls.calls()
    (health,) = official["health"].to_dict("records")
    answered = [call for call in calls if not call.is_failure]
    assert health["interactions"] == len(calls) == 67
    assert health["operations"] == len(official["operations"]) == 60
    assert health["failure_rate"] == 0
    interactions = official["interactions"]
    tokens = sum(call.input_tokens + call.output_tokens for call in answered)
    assert interactions["total_tokens"].sum() == tokens
    failed = interactions[interactions["is_failure"]]
    assert len(failed) == 7
    assert set(failed["failure_type"]) == {"rate_limit"}
    assert failed["total_tokens"].isna().all()
    # 2.50, 1.25 and 10 USD a million tokens in, from the cache and out
    paid = sum(
        2.5 * (call.input_tokens - call.cached_tokens)
        + 1.25 * call.cached_tokens
        + 10 * call.output_tokens
        for call in answered
    )
    assert health["cost_usd"] == pytest.approx(paid / 1e6, rel=1e-9)


def test_batches_that_come_twice_and_in_any_order_give_the_same_marts(
    official: Marts, tmp_path: Path
) -> None:
    drawn = random.Random(42)
    spans = [same_calls.genai(call) for call in same_calls.calls()]
    arrived = spans + drawn.sample(spans, 20)
    drawn.shuffle(arrived)
    for number in range(4):
        batch = {"resourceSpans": [{"scopeSpans": [{"spans": arrived[number::4]}]}]}
        same_calls.write_lines(tmp_path / f"{drawn.random()}.jsonl", [batch])
    found = marts(tmp_path, "otlp")
    for mart in MARTS:
        assert found[mart].to_csv() == official[mart].to_csv(), mart


@pytest.mark.parametrize("dialect", WRITERS)
def test_every_source_says_the_same(
    dialect: str, official: Marts, tmp_path: Path
) -> None:
    source, write = WRITERS[dialect]
    write(tmp_path)
    found = marts(tmp_path, source)
    by_time = [
        one["interactions"].sort_values("timestamp_utc", ignore_index=True)[CARRIED]
        for one in (found, official)
    ]
    pd.testing.assert_frame_equal(*by_time)
    for mart in ("health", "health_by_day", "sessions", "users"):
        lost = LOST.get(dialect, [])
        carried = [
            one[mart].drop(columns=lost, errors="ignore") for one in (found, official)
        ]
        pd.testing.assert_frame_equal(*carried)
