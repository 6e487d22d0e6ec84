"""What capturing a call costs: wall and CPU time beside the same call without it.

Blocks of calls with and without capture take turns, against a server in a process of
its own, so that both meet the same state of the machine. A captured call has its
context, is recorded without content, encoded, scrubbed and written to disk; the CPU
time counts the thread that writes. No fsync: a segment is sealed once a minute.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam
from opentelemetry import trace
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider

from llm_telemetry.capture import call_context, flush, instrument

SERVER = Path(__file__).parents[1] / "examples" / "local_server.py"
MESSAGES: list[ChatCompletionMessageParam] = [
    {"role": "user", "content": "Where is my parcel?"}
]
WARM_UP = 4


@dataclass(frozen=True)
class Overhead:
    """Microseconds per call: without capture, and what capture adds to it."""

    calls: int
    plain_wall_us: float
    plain_cpu_us: float
    added_wall_us: float
    added_cpu_us: float


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
            f"({found.added_cpu_us:+,.0f} us CPU)"
        )


def measured(pairs: int, block: int) -> Overhead:
    """Return the medians over pairs of neighbouring blocks."""
    walls: list[tuple[float, float]] = []
    cpus: list[tuple[float, float]] = []
    with (
        tempfile.TemporaryDirectory() as landing,
        server() as url,
        OpenAI(base_url=url, api_key="none") as client,
    ):
        instrument(landing)
        switch(on=False)
        for number in range(-WARM_UP, pairs):
            times = {}
            # whichever comes first, every second time the other does
            for is_captured in (True, False) if number % 2 else (False, True):
                times[is_captured] = timed(client, block, is_captured)
            if number >= 0:
                walls.append((times[False][0], times[True][0]))
                cpus.append((times[False][1], times[True][1]))
        # before the folder is gone
        flush()
    return Overhead(
        pairs * block,
        median(plain for plain, _ in walls),
        median(plain for plain, _ in cpus),
        median(captured - plain for plain, captured in walls),
        median(captured - plain for plain, captured in cpus),
    )


def timed(client: OpenAI, calls: int, is_captured: bool) -> tuple[float, float]:
    """Return the median wall and the mean CPU time of a block's calls."""
    call = captured_call if is_captured else plain_call
    switch(on=is_captured)
    walls = []
    cpu = time.process_time()
    for _ in range(calls):
        start = time.perf_counter()
        call(client)
        walls.append(time.perf_counter() - start)
    # what was captured is written within the block that captured it
    write()
    cpu = time.process_time() - cpu
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
