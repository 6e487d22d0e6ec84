"""When sending is tried again, and for how long."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from llm_telemetry.watch.message import Delivery


@dataclass(frozen=True)
class Patience:
    """How often and how long one message is tried; tests replace the clock."""

    tries: int = 4
    # seconds for all tries and the pauses between them, and for one try
    budget: float = 60.0
    timeout: float = 10.0
    pauses: tuple[float, ...] = (1.0, 2.0, 4.0)
    sleep: Callable[[float], object] = time.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Try:
    """What came of one try; ``pause`` is what the server asked for, in seconds."""

    ok: bool
    outcome: str
    is_temporary: bool = False
    pause: float | None = None


PATIENT = Patience()


def deliver(attempt: Callable[[float], Try], patience: Patience) -> Delivery:
    """Call an attempt, which takes its timeout, until it succeeds or cannot."""
    started, tries = patience.clock(), 0
    while True:
        left = patience.budget - (patience.clock() - started)
        done = attempt(max(min(patience.timeout, left), 0.01))
        tries += 1
        if done.ok or not done.is_temporary or tries == patience.tries:
            return Delivery(done.ok, tries, done.outcome)
        pause, asked = patience.pauses[tries - 1], ""
        if done.pause is not None:
            pause, asked = done.pause, f", asks to wait {done.pause:,.0f} s"
        if pause >= patience.budget - (patience.clock() - started):
            limit = f"given up: {patience.budget:.0f} s are the limit"
            return Delivery(False, tries, f"{done.outcome}{asked}: {limit}")
        patience.sleep(pause)
