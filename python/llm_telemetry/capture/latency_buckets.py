"""Latencies counted in buckets of 2 %, as in the marts: bounded and quick to add."""

import math
import sys
from array import array
from collections.abc import Iterable, Sequence

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


def total(counts: Iterable["array[int]"]) -> "array[int]":
    """Return the counts of several added up.

    All counts of one are added as a single integer, in a hundredth of the time; a sum
    of more than four billion calls would run into the next bucket.
    """
    numbers = (int.from_bytes(one.tobytes(), sys.byteorder) for one in counts)
    return array("I", sum(numbers).to_bytes(4 * BUCKETS, sys.byteorder))


def quantile(counts: Sequence[int], share: float) -> float | None:
    """Return the latency in ms below which a share of calls is, to 1 %."""
    rank = math.ceil(share * sum(counts))
    for place, count in enumerate(counts):
        rank -= count
        if count and rank <= 0:
            # the middle of the bucket
            return math.exp((place - 0.5) * GROWTH) if place else 1.0
    return None
