"""What capturing a call costs, and counting it: wall and CPU time beside those without.

Blocks of calls without capture, with it, and with metrics too take turns, against a
server in a process of its own, so that all meet the same state of the machine. A
captured call has its context, is recorded without content, encoded, scrubbed and
written to disk; the CPU time counts the thread that writes. No fsync: a segment is
sealed once a minute. Metrics are those of the endpoint and of a window of an hour with
a threshold; nothing scrapes them meanwhile.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam
from opentelemetry import trace
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider

from llm_telemetry.capture import call_context, flush, instrument
from llm_telemetry.capture.call_metrics import CallMetrics
from llm_telemetry.capture.call_window import CallWindow
from llm_telemetry.capture.finished_calls import FinishedCalls, Listener

SERVER = Path(__file__).parents[1] / "examples" / "local_server.py"
MESSAGES: list[ChatCompletionMessageParam] = [
    {"role": "user", "content": "Where is my parcel?"}
]
WARM_UP = 4
KINDS = ("plain", "captured", "counted")


@dataclass(frozen=True)
class Overhead:
    """Microseconds per call: without capture, and what is added to it in turn."""

    calls: int
    plain_wall_us: float
    plain_cpu_us: float
    added_wall_us: float
    added_cpu_us: float
    metrics_wall_us: float
    metrics_cpu_us: float


def main() -> None:
    """Measure and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=60, help="blocks of each kind")
    parser.add_argument("--block", type=int, default=40, help="calls in a block")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measured(options.pairs, options.block)
    if options.json:
        print(json.dumps(asdict(found), indent=2))
    else:
        print(
            f"{found.calls:,} calls of each kind, median per call: "
            f"{found.plain_wall_us:,.0f} us ({found.plain_cpu_us:,.0f} us CPU) without "
            f"capture; capture adds {found.added_wall_us:+,.0f} us "
            f"({found.added_cpu_us:+,.0f} us CPU), and metrics another "
            f"{found.metrics_wall_us:+,.0f} us ({found.metrics_cpu_us:+,.0f} us CPU)"
        )


def measured(pairs: int, block: int) -> Overhead:
    """Return the medians over rounds of neighbouring blocks."""
    rounds: list[dict[str, tuple[float, float]]] = []
    with (
        tempfile.TemporaryDirectory() as landing,
        server() as url,
        OpenAI(base_url=url, api_key="none") as client,
    ):
        instrument(landing)
        metrics = Metrics()
        switch(on=False)
        for number in range(-WARM_UP, pairs):
            # whichever comes first, the next time another does
            first = number % len(KINDS)
            kinds = (*KINDS[first:], *KINDS[:first])
            times = {kind: timed(client, block, kind, metrics) for kind in kinds}
            if number >= 0:
                rounds.append(times)
        # before the folder is gone
        flush()
    plain, captured, counted = ([one[kind] for one in rounds] for kind in KINDS)
    return Overhead(
        pairs * block,
        *(median(one[part] for one in plain) for part in (0, 1)),
        *(middle_difference(plain, captured, part) for part in (0, 1)),
        *(middle_difference(captured, counted, part) for part in (0, 1)),
    )


def middle_difference(
    before: Sequence[tuple[float, float]],
    after: Sequence[tuple[float, float]],
    part: int,
) -> float:
    """Return the median of what one kind of block takes beyond its neighbour."""
    pairs = zip(before, after, strict=True)
    return median(more[part] - less[part] for less, more in pairs)


class Metrics:
    """What counts calls in an app, to be switched on and off."""

    def __init__(self) -> None:
        self._finished = FinishedCalls()
        provider = trace.get_tracer_provider()
        assert isinstance(provider, TracerProvider)
        provider.add_span_processor(self._finished)
        meters = MeterProvider(
            [InMemoryMetricReader()], exemplar_filter=AlwaysOffExemplarFilter()
        )
        window = CallWindow(60, self._finished.settled)
        window.on_threshold(print, "p95_latency_ms", above=60_000)
        metrics = CallMetrics(meters.get_meter("bench"))
        self._listeners: list[Listener] = [metrics.record, window.add]

    def switch(self, on: bool) -> None:
        """Count calls, or do nothing."""
        change = self._finished.listen if on else self._finished.leave
        for listener in self._listeners:
            change(listener)


def timed(
    client: OpenAI, calls: int, kind: str, metrics: Metrics
) -> tuple[float, float]:
    """Return the median wall and the mean CPU time of a block's calls."""
    call = plain_call if kind == "plain" else captured_call
    switch(on=kind != "plain")
    metrics.switch(on=kind == "counted")
    walls = []
    cpu = time.process_time()
    for _ in range(calls):
        start = time.perf_counter()
        call(client)
        walls.append(time.perf_counter() - start)
    # what was captured is written within the block that captured it
    write()
    cpu = time.process_time() - cpu
    metrics.switch(on=False)
    switch(on=False)
    return median(walls) * 1e6, cpu / calls * 1e6


def plain_call(client: OpenAI) -> None:
    """Ask as an app without telemetry does."""
    client.chat.completions.create(model="gpt-5-mini", messages=MESSAGES)


def captured_call(client: OpenAI) -> None:
    """Ask as an app that captures does."""
    with call_context(
        session_id="session-1", user_id="user-1", use_case="support", region="eu"
    ):
        client.chat.completions.create(model="gpt-5-mini", messages=MESSAGES)


def switch(on: bool) -> None:
    """Switch the instrumentation of the client on or off."""
    instrumentor = OpenAIInstrumentor()
    if on and not instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.instrument()
    elif not on and instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.uninstrument()


def write() -> None:
    """Wait until what was captured is written."""
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    provider.force_flush()


@contextmanager
def server() -> Iterator[str]:
    """Yield the URL of a server in a process of its own."""
    command = [sys.executable, str(SERVER), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
