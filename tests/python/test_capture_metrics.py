"""Metrics of calls: named by the conventions, each call once, labels limited."""

import pytest

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `capture`")

from capture_calls import Metered, call
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.util.genai._instruments import _Instruments

from llm_telemetry.capture import label_values
from llm_telemetry.capture.prices import Usage

REQUESTS = "llm_telemetry.client.requests"
DURATION = "gen_ai.client.operation.duration"


@pytest.fixture
def metered() -> Metered:
    return Metered()


def test_names_units_and_bounds_are_those_of_the_conventions(metered: Metered) -> None:
    metered.metrics.record(call(first_chunk_s=0.1))
    theirs = InMemoryMetricReader()
    instruments = _Instruments(
        MeterProvider([theirs], shutdown_on_exit=False).get_meter("conventions")
    )
    instruments.operation_duration.record(0.5)
    instruments.token_usage.record(100)
    instruments.time_to_first_chunk.record(0.1)
    found, expected = (
        {
            metric.name: (metric.unit, metric.data.data_points[0].explicit_bounds)
            for resource in reader.get_metrics_data().resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name.startswith("gen_ai.")
        }
        for reader in (metered.reader, theirs)
    )
    assert found == expected
    assert len(found) == 3


def test_a_call_has_the_attributes_of_the_conventions(metered: Metered) -> None:
    metered.metrics.record(call(response_model="gpt-5-2026", duration_s=0.5))
    (duration,) = metered.points(DURATION)
    labels = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.response.model": "gpt-5-2026",
        "gen_ai.prompt.version": "v1",
        "status": "ok",
    }
    assert dict(duration.attributes) == labels
    assert (duration.count, duration.sum) == (1, 0.5)
    tokens = {
        point.attributes["gen_ai.token.type"]: point.sum
        for point in metered.points("gen_ai.client.token.usage")
    }
    assert tokens == {"input": 100, "output": 20}


def test_parts_of_tokens_are_not_added_to_the_tokens(metered: Metered) -> None:
    metered.metrics.record(call(usage=Usage(100, 20, 60, 0, 15)))
    parts = {
        point.attributes["gen_ai.token.type"]: point.value
        for point in metered.points("llm_telemetry.client.token.parts")
    }
    assert parts == {"cache_read": 60, "reasoning": 15}
    tokens = metered.points("gen_ai.client.token.usage")
    assert sum(point.sum for point in tokens) == 120


def test_a_call_without_a_price_is_counted_apart_and_costs_nothing(
    metered: Metered,
) -> None:
    metered.metrics.record(call())
    metered.metrics.record(call(cost_usd=None))
    metered.metrics.record(call(cost_usd=None, usage=Usage()))
    failed = {"status": "error", "cost_usd": None}
    # nobody bills a failure without tokens
    metered.metrics.record(call(**failed, usage=Usage()))
    metered.metrics.record(call(**failed, usage=Usage(100, 0)))
    assert metered.total("llm_telemetry.client.cost.usd") == 0.25
    assert metered.total("llm_telemetry.client.unpriced.requests") == 3
    assert metered.total("llm_telemetry.client.errors") == 2
    assert metered.total(REQUESTS) == 5


def test_values_beyond_the_limit_are_other_and_totals_stay(metered: Metered) -> None:
    more = label_values.MAX_VALUES + 30
    for number in range(more):
        metered.metrics.record(call(prompt_version=f"v{number}"))
    versions = {p.attributes["gen_ai.prompt.version"] for p in metered.points(REQUESTS)}
    assert len(versions) == label_values.MAX_VALUES + 1
    assert versions >= {"other", "v0", f"v{label_values.MAX_VALUES - 1}"}
    assert metered.total(REQUESTS) == more
    # a known value stays itself
    metered.metrics.record(call(prompt_version="v0"))
    (first,) = (
        p
        for p in metered.points(REQUESTS)
        if p.attributes["gen_ai.prompt.version"] == "v0"
    )
    assert first.value == 2


def test_combinations_beyond_the_limit_keep_their_status_alone(
    metered: Metered,
) -> None:
    limit = label_values.MAX_VALUES
    for number in range(limit * limit):
        status = "error" if number % 2 else "ok"
        metered.metrics.record(
            call(
                prompt_version=f"v{number % limit}",
                request_model=f"m{number // limit}",
                response_model=None,
                status=status,
            )
        )
    points = metered.points(REQUESTS)
    assert len(points) == label_values.MAX_COMBINATIONS + 2
    assert metered.total(REQUESTS) == limit * limit
    merged = [p for p in points if p.attributes["gen_ai.request.model"] == "other"]
    assert {p.attributes["status"] for p in merged} == {"ok", "error"}
    assert sum(p.value for p in merged) == limit * limit - label_values.MAX_COMBINATIONS


@pytest.mark.parametrize(
    "value", ["What is xyzzy?", "a\nb", "x" * 129, "tab\there", "\x1b[31m"]
)
def test_a_value_that_may_be_content_is_other(metered: Metered, value: str) -> None:
    metered.metrics.record(
        call(prompt_version=value, request_model=value, provider=value)
    )
    (point,) = metered.points(REQUESTS)
    assert value not in point.attributes.values()
    assert point.attributes["gen_ai.prompt.version"] == "other"
