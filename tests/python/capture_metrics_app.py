"""Apps that serve metrics of their calls; tests scrape them and compare.

python capture_metrics_app.py <scene> <landing> [<more>]: a scene is a function below
"""

import asyncio
import gc
import json
import os
import socket
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
# content is recorded, for other exporters: none of it may be served
os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_AND_EVENT"

import openai
from local_server import serving
from openai.types.chat import ChatCompletionMessageParam
from opentelemetry import metrics
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from llm_telemetry.capture import (
    call_context,
    flush,
    instrument,
    metrics_url,
    track_calls,
)

MARKER = "xyzzy-4711"
MESSAGES: list[ChatCompletionMessageParam] = [
    {"role": "user", "content": f"What is {MARKER}?"}
]
KNOWN, UNKNOWN = "gpt-5-mini", "our-own-model"


class Counts:
    """What the app itself counts, from the answers that it gets."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()
        self.streams = 0

    def add(self, model: str, version: str, status: str, usage: Any = None) -> None:
        """Count a call and its tokens."""
        self.calls[f"{model} {version} {status}"] += 1
        if usage is not None:
            self.tokens[f"{model} input"] += usage.prompt_tokens
            self.tokens[f"{model} output"] += usage.completion_tokens


def ask(client: openai.OpenAI, counts: Counts, model: str, wanted: str = "") -> None:
    """Ask once, and count the answer or the refusal."""
    with call_context(prompt_version="v1", use_case=MARKER):
        try:
            answer = client.chat.completions.create(
                model=model, messages=MESSAGES, extra_headers={"X-Answer": wanted}
            )
        except openai.APIStatusError:
            counts.add(model, "v1", "error")
        else:
            counts.add(model, "v1", "ok", answer.usage)


def stream(client: openai.OpenAI, counts: Counts) -> None:
    """Read a stream to its end, whose pieces come apart."""
    with call_context(prompt_version="v2"):
        pieces = client.chat.completions.create(
            model=KNOWN,
            messages=MESSAGES,
            stream=True,
            stream_options={"include_usage": True},
            extra_headers={"X-Answer": "slow"},
        )
        last = [piece.usage for piece in pieces][-1]
    counts.streams += 1
    counts.add(KNOWN, "v2", "ok", last)


def abandon(client: openai.OpenAI, counts: Counts) -> None:
    """Read one piece of a stream and forget about it."""
    with call_context(prompt_version="v2"):
        pieces = client.chat.completions.create(
            model=KNOWN, messages=MESSAGES, stream=True
        )
        next(iter(pieces))
        del pieces
        gc.collect()
    counts.add(KNOWN, "v2", "abandoned")


async def ask_together(url: str, counts: Counts, number: int) -> None:
    """Ask in tasks that run at the same time; one of them is cancelled."""
    async with openai.AsyncOpenAI(base_url=url, api_key="none") as client:

        async def one() -> None:
            with call_context(prompt_version="v3"):
                answer = await client.chat.completions.create(
                    model=KNOWN, messages=MESSAGES
                )
            counts.add(KNOWN, "v3", "ok", answer.usage)

        await asyncio.gather(*(one() for _ in range(number)))


def counted(landing: str) -> None:
    """Call in every way, and print what the app counted; serve until told to end."""
    own = InMemoryMetricReader()
    # the instrumentations record metrics of the same names in the app's provider
    metrics.set_meter_provider(MeterProvider([own]))
    instrument(landing, metrics_port=0)
    window = track_calls(minutes=10)
    counts = Counts()
    with serving() as (url, _):
        with openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client:
            for _ in range(3):
                ask(client, counts, KNOWN)
                stream(client, counts)
                ask(client, counts, UNKNOWN)
            # the app's own retry is a call of its own
            for wanted in ("limited", "filtered", ""):
                ask(client, counts, KNOWN, wanted)
            abandon(client, counts)
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda _: ask(client, counts, KNOWN), range(20)))
        asyncio.run(ask_together(url, counts, 5))
    recent = window.recent()
    flush()
    report(
        url=metrics_url(),
        calls=counts.calls,
        tokens=counts.tokens,
        streams=counts.streams,
        window={**recent.__dict__},
        own=recorded(own),
    )


def exported(landing: str, is_before: str) -> None:
    """Record in the app's own meter provider, which an instrumentation may know."""
    own = InMemoryMetricReader()
    provider = MeterProvider([own])
    metrics.set_meter_provider(provider)
    if is_before == "before":
        OpenAIInstrumentor().instrument()
    instrument(landing, metrics_port=0, meter_provider=provider)
    counts = Counts()
    with serving() as (url, _), openai.OpenAI(base_url=url, api_key="none") as client:
        for _ in range(3):
            ask(client, counts, KNOWN)
    flush()
    report(url=metrics_url(), own=recorded(own))


def recorded(reader: InMemoryMetricReader) -> list[tuple[str, str, int]]:
    """Return scope, name and number of measurements of each metric that is a histogram.

    Of other metrics the number is 0.
    """
    data = reader.get_metrics_data()
    return [
        (scope.scope.name, metric.name, sum(getattr(p, "count", 0) for p in points))
        for resource in (data.resource_metrics if data else ())
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if (points := metric.data.data_points)
    ]


def forked(landing: str) -> None:
    """Call before a fork, in the child, and after it in the parent."""
    instrument(landing, metrics_port=0)
    window, counts = track_calls(minutes=10), Counts()
    with (
        serving() as (url, _),
        openai.OpenAI(base_url=url, api_key="none") as client,
    ):
        ask(client, counts, KNOWN)
        parent = metrics_url()
        (read, write), (held, hold) = os.pipe(), os.pipe()
        if os.fork() == 0:
            os.close(hold)
            # it has no endpoint until it asks for one
            before = metrics_url()
            instrument(landing, metrics_port=0)
            with openai.OpenAI(base_url=url, api_key="none") as own:
                for _ in range(2):
                    ask(own, counts, KNOWN)
            calls = window.recent().calls
            said = {"before": before, "url": metrics_url(), "calls": calls}
            os.write(write, json.dumps(said).encode())
            # until its parent ends
            os.read(held, 1)
            os._exit(0)
        child = json.loads(os.read(read, 65536))
        ask(client, counts, KNOWN)
        report(url=parent, calls=window.recent().calls, child=child)
        os.close(hold)
        os.wait()


def orphaned(landing: str) -> None:
    """End while a child goes on, which then asks for the port of its parent."""
    instrument(landing, metrics_port=0)
    port = int(str(metrics_url()).split(":")[2].split("/")[0])
    parent = os.getpid()
    if os.fork():
        os._exit(0)
    while os.getppid() == parent:
        time.sleep(0.01)
    with socket.create_server(("127.0.0.1", port)):
        print(json.dumps({"is_free": True}), flush=True)


def busy(landing: str, port: str) -> None:
    """Ask for a port that is taken, and go on."""
    instrument(landing, metrics_port=int(port))
    counts = Counts()
    with serving() as (url, _), openai.OpenAI(base_url=url, api_key="none") as client:
        ask(client, counts, KNOWN)
    flush()
    report(url=metrics_url(), calls=counts.calls)


def quiet(landing: str) -> None:
    """Serve nothing, as OpenTelemetry is off or no port is named."""
    instrument(landing, metrics_port=0 if "OTEL_SDK_DISABLED" in os.environ else None)
    loaded = "prometheus_client" in sys.modules
    report(url=metrics_url(), loaded=loaded, threads=threading.active_count())


def report(**said: Any) -> None:
    """Print what is to be compared, and wait until that is done."""
    print(json.dumps(said), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
