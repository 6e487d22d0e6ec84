"""What is claimed of a measured number, and whether the measurement bears it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats


@dataclass(frozen=True)
class Claim:
    """A bar for one number; a measured value outside [low, high] misses it.

    ``share`` is the mean of a column of 0 and 1, ``mean`` of any column, and ``ratio``
    the sum of ``column`` over that of ``over``; ``unbiased`` is a mean that must lie
    within two of its own standard errors of 0. ``resampled`` is the value of seed 0,
    with the percentiles of the others, which are resamples of the same data.
    """

    what: str
    column: str
    kind: Literal["share", "mean", "ratio", "unbiased", "resampled"] = "share"
    low: float = -inf
    high: float = inf
    over: str = ""


@dataclass(frozen=True)
class Measured:
    """A value with its 95 % Monte Carlo interval."""

    value: float
    low: float
    high: float
    replicates: int


def measure(claim: Claim, numbers: pd.DataFrame) -> Measured:
    """Work out what the replicates, one row each, say about a claim."""
    known = numbers[claim.column].dropna().astype(float)
    count = len(known)
    if claim.kind == "share":
        wilson = stats.binomtest(int(known.sum()), count).proportion_ci(method="wilson")
        return Measured(float(known.mean()), wilson.low, wilson.high, count)
    if claim.kind == "ratio":
        over = numbers.loc[known.index, claim.over].astype(float)
        value = known.sum() / over.sum()
        pulls = (known - value * over) / over.mean()
        return _around(value, pulls, count)
    if claim.kind == "resampled":
        low, high = known.quantile([0.025, 0.975])
        return Measured(float(known.get(0, known.mean())), low, high, count)
    return _around(known.mean(), known, count)


def _around(value: float, pulls: pd.Series, count: int) -> Measured:
    reach = 1.96 * float(np.std(pulls, ddof=1)) / sqrt(count)
    return Measured(float(value), value - reach, value + reach, count)


def holds(claim: Claim, measured: Measured) -> bool:
    """Say whether a measured value reaches its target."""
    if claim.kind == "unbiased":
        return abs(measured.value) <= 2 * (measured.high - measured.value) / 1.96
    return claim.low <= measured.value <= claim.high


def bar(claim: Claim) -> str:
    """Return the target in words."""
    if claim.kind == "unbiased":
        return "within 2 SE of 0"
    if claim.low == claim.high:
        return f"{claim.low:g}"
    if claim.low == -claim.high:
        return "" if claim.high == inf else f"at most {claim.high:g} either way"
    if claim.high == inf:
        return f"at least {claim.low:g}"
    if claim.low == -inf:
        return f"at most {claim.high:g}"
    return f"{claim.low:g} to {claim.high:g}"


def row(world: str, claim: Claim, numbers: pd.DataFrame) -> str:
    """Return a line of the table; what no replicate could measure is not reached."""
    if claim.column not in numbers or numbers[claim.column].isna().all():
        verdict = "not reached" if bar(claim) else ""
        return f"| {world} | {claim.what} | not measured | {bar(claim)} | {verdict} |"
    measured = measure(claim, numbers)
    verdict = (
        "" if not bar(claim) else "ok" if holds(claim, measured) else "not reached"
    )
    interval = f"{measured.low:.3f} to {measured.high:.3f}"
    shown = f"{measured.value:.3f} ({interval}), n={measured.replicates}"
    return f"| {world} | {claim.what} | {shown} | {bar(claim)} | {verdict} |"


def table(lines: Sequence[str]) -> list[str]:
    """Put the head above the lines."""
    head = "| world | what | measured (95 % Monte Carlo) | target | |"
    return [head, "|---|---|---|---|---|", *lines]
