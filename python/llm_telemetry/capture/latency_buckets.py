"""Latencies counted in buckets of 2 %, as in the marts: bounded and quick to add."""

import math
from array import array
from collections.abc import Iterable, Sequence
from operator import add

GROWTH = math.log(1.02)
# from 1 ms to an hour; what is outside counts at the end
BUCKETS = math.ceil(math.log(3_600_000) / GROWTH) + 1


def empty() -> "array[int]":
    """Return counts of no latency."""
    return array("I", bytes(4 * BUCKETS))


def bucket(latency_ms: float) -> int:
    """Return the bucket of a latency."""
    place = math.ceil(math.log(latency_ms) / GROWTH) if latency_ms > 1 else 0
    return min(place, BUCKETS - 1)


def total(counts: Iterable[Sequence[int]]) -> list[int]:
    """Return the counts of several added up."""
    sums = [0] * BUCKETS
    for one in counts:
        sums = list(map(add, sums, one))
    return sums


def quantile(counts: Sequence[int], share: float) -> float | None:
    """Return the latency in ms below which a share of calls is, to 1 %."""
    rank = math.ceil(share * sum(counts))
    for place, count in enumerate(counts):
        rank -= count
        if count and rank <= 0:
            # the middle of the bucket
            return math.exp((place - 0.5) * GROWTH) if place else 1.0
    return None
