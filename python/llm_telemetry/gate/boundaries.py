"""How far an interval reaches when the data may be looked at more than once."""

from dataclasses import dataclass
from functools import lru_cache
from math import inf, log, sqrt

import numpy as np
from scipy import stats
from scipy.optimize import brentq

# nodes of the Gauss-Legendre rule; the constants are exact to 1e-6 from 60 on
NODES = 200


@dataclass(frozen=True)
class Looks:
    """When the data are looked at: once, at planned looks, or at any time.

    ``planned_sessions`` is set for looks at any time: the number of sessions at which
    those are most precise.
    """

    look: int = 1
    looks: int = 1
    planned_sessions: float | None = None

    @property
    def kind(self) -> str:
        """Return single, scheduled or ad_hoc."""
        if self.planned_sessions is not None:
            return "ad_hoc"
        return "scheduled" if self.looks > 1 else "single"


def reach(looks: Looks, *, alpha: float, sessions: float) -> float:
    """Return the half-width of the two-sided interval now, in standard errors.

    The intervals of all looks together miss a true value at most ``alpha`` of the time.
    """
    if looks.planned_sessions is not None:
        return sequence_reach(sessions / looks.planned_sessions, alpha)
    return obrien_fleming(looks.looks, alpha) * sqrt(looks.looks / looks.look)


@lru_cache
def obrien_fleming(looks: int, alpha: float) -> float:
    """Return the critical value of the last of ``looks`` evenly spaced looks.

    At look k of K it is c * sqrt(K / k) (O'Brien & Fleming 1979): in units of one
    look's information the partial sums S_1, ..., S_K, a walk of standard normal steps,
    leave (-b, b), b = c * sqrt(K), with probability alpha. Published for alpha = .05:
    K = 2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040 (Jennison & Turnbull 2000, table 2.3).
    """
    single = float(stats.norm.isf(alpha / 2))
    if looks == 1:
        return single

    def excess(critical: float) -> float:
        return 1 - _stays_within(critical * sqrt(looks), looks) - alpha

    # Bonferroni bounds it from above
    return float(brentq(excess, single, stats.norm.isf(alpha / 2 / looks), xtol=1e-9))


def sequence_reach(share: float, alpha: float) -> float:
    """Return the reach of an asymptotic confidence sequence, in standard errors.

    Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, Time-uniform central limit theory
    and asymptotic confidence sequences (2024), theorem 2.2: after t observations
    sigma * sqrt(2 (t r^2 + 1) / (t^2 r^2) * log(sqrt(t r^2 + 1) / alpha)), which over
    the standard error sigma / sqrt(t) depends on t r^2 only. r is chosen before the
    data, to be narrowest at the planned t: t r^2 = -2 log alpha + log(1 - 2 log alpha)
    there. ``share`` is t over the planned t.
    """
    if share <= 0:
        return inf
    spread = share * (-2 * log(alpha) + log(1 - 2 * log(alpha)))
    return sqrt(2 * (spread + 1) / spread * log(sqrt(spread + 1) / alpha))


@lru_cache(maxsize=4096)
def student(normal: float, clusters: int) -> float:
    """Return the t quantile as far out as a normal one, for so many clusters."""
    if clusters < 2:
        return inf
    return float(stats.t.isf(stats.norm.sf(normal), clusters - 1))


def _stays_within(bound: float, steps: int) -> float:
    """Return P(|S_1|, ..., |S_steps| < bound) (Armitage, McPherson & Rowe 1969)."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    places = bound * nodes
    step = stats.norm.pdf(places[:, None] - places[None, :]) * bound * weights
    density = stats.norm.pdf(places)
    for _ in range(steps - 1):
        density = step @ density
    return float(bound * weights @ density)
