"""What Prometheus scrapes of an app is what the app itself counted."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import landed
import pytest
from conftest import ROOT

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `capture`")
pytest.importorskip("openai", reason="needs the openai client")
pytest.importorskip("prometheus_client", reason="needs the extra `capture`")

from prometheus_client.parser import text_string_to_metric_families

from llm_telemetry.capture.prices import PriceBook, Usage

APP = ROOT / "tests" / "python" / "capture_metrics_app.py"
MARKER = "xyzzy-4711"
SCOPE = "llm_telemetry.capture"
DURATION = "gen_ai.client.operation.duration"
Report = dict[str, Any]
# name, labels that are not empty -> value
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@contextmanager
def running(scene: str, *more: str, **environment: str) -> Iterator[Report]:
    """Yield what an app says, while it runs; it ends well and says nothing else."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", str(APP), scene, *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    ) as app:
        assert app.stdout is not None
        line = app.stdout.readline()
        assert line or app.communicate(), app.communicate()[1]
        report: Report = json.loads(line)
        yield report
        _, report["stderr"] = app.communicate("\n", timeout=60)
        assert app.returncode == 0, report["stderr"]


def scrape(url: str) -> tuple[str, Samples]:
    """Return what is served, as text and as the parser of Prometheus reads it."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        text = answer.read().decode()
    samples: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = frozenset((k, v) for k, v in sample.labels.items() if v)
            assert (sample.name, labels) not in samples, "a series is there twice"
            samples[sample.name, labels] = sample.value
    return text, samples


def total(samples: Samples, name: str, **wanted: str) -> float:
    """Return the sum of the series of a name with these labels."""
    return sum(
        value
        for (found, labels), value in samples.items()
        if found == name and wanted.items() <= dict(labels).items()
    )


@pytest.fixture(scope="module")
def app(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Report, Samples, str, Path]:
    folder = tmp_path_factory.mktemp("landing")
    with running("counted", str(folder)) as report:
        text, samples = scrape(report["url"])
        again = scrape(report["url"])[1]
    assert again == samples, "a scrape counts nothing"
    assert not report["stderr"]
    return report, samples, text, folder


def test_every_call_is_counted_once_by_model_version_and_status(
    app: tuple[Report, Samples, str, Path],
) -> None:
    report, samples, _, _ = app
    for name in (
        "llm_telemetry_client_requests_total",
        "gen_ai_client_operation_duration_seconds_count",
    ):
        found: dict[str, float] = {}
        for (one, labels), value in samples.items():
            if one == name:
                of = dict(labels)
                key = " ".join(
                    of[label]
                    for label in (
                        "gen_ai_request_model",
                        "gen_ai_prompt_version",
                        "status",
                    )
                )
                found[key] = found.get(key, 0) + value
        assert found == report["calls"]
    # its own provider has the instrumentation's: the same names, in another place
    scopes = {scope for scope, _, _ in report["own"]}
    assert SCOPE not in scopes
    assert DURATION in {name for _, name, _ in report["own"]}


def test_errors_have_a_type_and_the_abandoned_are_none(
    app: tuple[Report, Samples, str, Path],
) -> None:
    _, samples, _, _ = app
    name = "llm_telemetry_client_errors_total"
    assert total(samples, name) == 2
    for kind in ("openai.RateLimitError", "openai.BadRequestError"):
        assert total(samples, name, error_type=kind) == 1


def test_tokens_and_cost_are_those_of_the_answers(
    app: tuple[Report, Samples, str, Path],
) -> None:
    report, samples, _, _ = app
    for key, tokens in report["tokens"].items():
        model, kind = key.split()
        labels = {"gen_ai_request_model": model, "gen_ai_token_type": kind}
        found = total(samples, "gen_ai_client_token_usage_sum", **labels)
        assert found == tokens > 0
    of_known = [report["tokens"][f"gpt-5-mini {k}"] for k in ("input", "output")]
    usd = PriceBook().usd("openai", "gpt-5-mini", None, Usage(*of_known), 1 << 60)
    cost = "llm_telemetry_client_cost_usd_total"
    assert total(samples, cost) == pytest.approx(usd)
    assert not total(samples, cost, gen_ai_request_model="our-own-model")
    unpriced = "llm_telemetry_client_unpriced_requests_total"
    assert total(samples, unpriced, gen_ai_request_model="our-own-model") == 3
    # the abandoned stream cost something that nobody said
    assert total(samples, unpriced, status="abandoned") == 1
    assert total(samples, unpriced) == 4


def test_the_first_chunk_of_each_stream_came_before_its_end(
    app: tuple[Report, Samples, str, Path],
) -> None:
    report, samples, _, _ = app
    name = "gen_ai_client_operation_time_to_first_chunk_seconds"
    labels = {"gen_ai_prompt_version": "v2", "status": "ok"}
    assert total(samples, f"{name}_count", **labels) == report["streams"]
    duration = "gen_ai_client_operation_duration_seconds_sum"
    pauses = report["streams"] * 0.05
    first = total(samples, f"{name}_sum", **labels)
    assert 0 < first <= total(samples, duration, **labels) - pauses


def test_what_is_served_is_what_was_landed(
    app: tuple[Report, Samples, str, Path],
) -> None:
    _, samples, _, folder = app
    calls = [
        span
        for span in map(landed.attributes, landed.spans(folder))
        if span.get("gen_ai.operation.name") == "chat"
    ]
    assert total(samples, "llm_telemetry_client_requests_total") == len(calls)
    for kind in ("input", "output"):
        tokens = sum(int(c.get(f"gen_ai.usage.{kind}_tokens", 0)) for c in calls)
        name = "gen_ai_client_token_usage_sum"
        assert total(samples, name, gen_ai_token_type=kind) == tokens


def test_the_window_is_that_of_the_endpoint(
    app: tuple[Report, Samples, str, Path],
) -> None:
    report, samples, _, _ = app
    window = report["window"]
    assert window["calls"] == sum(report["calls"].values())
    assert (window["failures"], window["abandoned"]) == (2, 1)
    cost = total(samples, "llm_telemetry_client_cost_usd_total")
    assert window["cost_usd"] == pytest.approx(cost)
    known = window["calls"] - window["abandoned"]
    assert window["success_rate"] == (known - 2) / known
    assert 0 < window["p50_latency_ms"] <= window["p95_latency_ms"]


def test_nothing_of_the_content_or_the_context_is_served(
    app: tuple[Report, Samples, str, Path],
) -> None:
    _, _, text, _ = app
    # the prompt, which the app records, and the use case that it put on every span
    assert MARKER not in text
    assert "management policy" not in text


def durations(report: Report) -> dict[str, int]:
    """Return how often each scope recorded a duration in the app's provider."""
    return {scope: n for scope, name, n in report["own"] if name == DURATION}


def test_the_app_s_own_provider_has_each_call_once(tmp_path: Path) -> None:
    with running("exported", str(tmp_path), "after") as report:
        requests = total(
            scrape(report["url"])[1], "llm_telemetry_client_requests_total"
        )
    assert durations(report) == {SCOPE: 3}
    assert requests == 3
    assert not report["stderr"]


def test_an_instrumentation_that_was_on_before_is_one_line(tmp_path: Path) -> None:
    with running("exported", str(tmp_path), "before") as report:
        pass
    assert durations(report) == {
        SCOPE: 3,
        "opentelemetry.instrumentation.genai.openai": 3,
    }
    assert report["stderr"].startswith("openai was instrumented before: ")
    assert report["stderr"].count("\n") == 1


def test_a_fork_counts_for_itself_and_leaves_the_port_to_its_parent(
    tmp_path: Path,
) -> None:
    name = "llm_telemetry_client_requests_total"
    with running("forked", str(tmp_path)) as report:
        child = report["child"]
        assert child["before"] is None
        assert child["url"] not in (None, report["url"])
        assert report["calls"] == total(scrape(report["url"])[1], name) == 2
        assert child["calls"] == total(scrape(child["url"])[1], name) == 2
    assert not report["stderr"]


def test_a_child_does_not_keep_the_port_of_a_parent_that_ended(
    tmp_path: Path,
) -> None:
    with running("orphaned", str(tmp_path)) as report:
        assert report["is_free"]
    assert not report["stderr"]


def test_prices_that_cannot_be_read_are_one_line_and_the_app_goes_on(
    tmp_path: Path,
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("model,input_usd_per_mtok\ngpt-5,cheap\n")
    prices = {"LLM_TELEMETRY_PRICE_OVERRIDES": str(own)}
    with running("busy", str(tmp_path), "0", **prices) as report:
        assert report["url"] is None
        assert report["calls"] == {"gpt-5-mini v1 ok": 1}
    assert report["stderr"].startswith("metrics are not served on 127.0.0.1:0: ")
    assert "cheap" in report["stderr"]
    assert report["stderr"].count("\n") == 1


def test_a_port_that_is_taken_is_one_line_and_the_app_goes_on(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running("busy", str(tmp_path), str(port)) as report:
            assert report["url"] is None
            assert report["calls"] == {"gpt-5-mini v1 ok": 1}
            assert len(landed.spans(tmp_path)) == 1
    line = f"metrics are not served on 127.0.0.1:{port}: Address already in use"
    assert report["stderr"].strip() == line


def test_without_a_port_no_server_is_loaded_or_started(tmp_path: Path) -> None:
    with running("quiet", str(tmp_path)) as report:
        assert (report["url"], report["loaded"]) == (None, False)
    with running("quiet", str(tmp_path), OTEL_SDK_DISABLED="true") as report:
        assert (report["url"], report["loaded"]) == (None, False)
