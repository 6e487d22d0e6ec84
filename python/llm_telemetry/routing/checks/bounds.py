"""Both ends of a policy's value: what the missing outcomes alone could make of it."""

from dataclasses import dataclass, replace

import numpy as np

from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.routing.estimation.prepared import STOCHASTIC
from llm_telemetry.routing.estimation.value import Evaluation, Part, contrast


@dataclass(frozen=True)
class Ends:
    """The change had every unknown outcome cost least, and had it cost most."""

    best: Estimate
    worst: Estimate
    unknown: int  # outcomes, of failures and of SLA breaches
    unknown_costs: int  # these have no upper bound: no end speaks for them


def ends(own: Evaluation) -> Ends:
    """Return the doubly robust change at both ends of the missing outcomes.

    An outcome y of a row of weight w moves the change by usd (w - 1) y / n, so that
    each is at an end where it is 0 or 1, by the sign of w - 1, whatever the others
    are. With g = (w - 1) y - w m(x, d) + m(x, a) the change moves by the sum of
    usd (g - mean known g) / n over the unknown, as the known stood for them before.
    """
    best, worst = (
        contrast("doubly_robust", _filled(own, sign)).unit_cost_delta
        for sign in (-1.0, 1.0)
    )
    unknown = {name: _unknown(part) for name, part in own.parts.items()}
    bounded = sum(unknown[name] for name in STOCHASTIC if name in unknown)
    return Ends(best, worst, bounded, sum(unknown.values()) - bounded)


def _filled(own: Evaluation, sign: float) -> Evaluation:
    """Return the rows with every unknown outcome where it moves the change most."""
    parts = dict(own.parts)
    for name in STOCHASTIC:
        if name in parts:
            part = parts[name]
            at_end = sign * part.usd * (own.weights - 1) > 0
            observed = np.where(np.isnan(part.observed), at_end, part.observed)
            parts[name] = replace(part, observed=observed)
    return replace(own, parts=parts)


def _unknown(part: Part) -> int:
    return int(np.isnan(part.observed).sum())
