"""Processes that land spans, for tests that count, kill and starve them.

python capture_writers.py killed|family|starved|unwritable <landing> [<name>]
"""

import logging
import multiprocessing
import os
import resource
import sys
import threading
from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from llm_telemetry.capture import flush, instrument

ROUND = 50
MANY = 2000
LONG_S = 3600.0


def work(name: str, spans: int) -> None:
    """End spans that say who ended them, and which they are."""
    tracer = trace.get_tracer("writers")
    for number in range(spans):
        tracer.start_span("work", attributes={"app.work": f"{name}-{number}"}).end()


def write() -> None:
    """Write what was recorded, without sealing it."""
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    provider.force_flush()


def killed(landing: str) -> None:
    """Flush in rounds and say so, then record more, and wait to be killed."""
    # no batch is written but by a flush
    instrument(landing, batch_delay_s=LONG_S)
    for turn in range(4):
        work(f"flushed-{turn}", ROUND)
        write()
    work("in-memory", ROUND)
    print("ready", flush=True)
    threading.Event().wait()


def family(landing: str, name: str) -> None:
    """Record in this process, in a fork of it, and in a worker of multiprocessing."""
    instrument(landing)
    work(f"{name}-before", ROUND)
    # a segment is open when the process forks
    write()
    child = os.fork()
    if child == 0:
        work(f"{name}-fork", MANY)
        return
    context = multiprocessing.get_context("fork")
    worker = context.Process(target=work, args=(f"{name}-worker", MANY))
    worker.start()
    work(f"{name}-parent", MANY)
    worker.join()
    assert worker.exitcode == 0
    assert os.waitpid(child, 0)[1] == 0


def starved(landing: str) -> None:
    """Go on although the disk takes no more than a few lines."""
    # no batch is written but by a flush: each is a line of one round
    instrument(landing, batch_delay_s=LONG_S)
    logging.getLogger("llm_telemetry").addHandler(logging.StreamHandler(sys.stdout))
    # a write beyond the limit is cut short, then refused: as on a full disk
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    for turn in range(3):
        for part in range(4):
            work(f"turn-{turn}-{part}", ROUND)
            write()
    flush()


def unwritable(landing: str) -> None:
    """Go on although nothing can be written at all."""
    logging.getLogger("llm_telemetry").addHandler(logging.StreamHandler(sys.stdout))
    Path(landing).touch()
    instrument(Path(landing, "below-a-file"))
    for turn in range(3):
        work(f"turn-{turn}", ROUND)
        flush()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
