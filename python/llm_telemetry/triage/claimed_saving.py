"""What to claim of a policy that ships only because its saving looked large enough.

Write S for the measured saving, s^2 for its error variance and S* for the smallest
saving that passes the gate. Among policies that pass, S is too large on average by
s^2 f(S*) / P(S > S*), f the density of S (the winner's curse: Zhong & Prentice 2008,
Ghosh, Zou & Wright 2008). An estimator S - h(S) is unbiased among them for every true
saving only if h is a point mass of area s^2 at the gate, which no function is (for
counts there is one: Tate & Goen 1958). Here h has that area as close to the gate as a
claim allows that starts at 0 there, is a straight line and never exceeds S:

    claim = min(S, (S - S*) (1 + S*^2 / (2 s^2))),   s^2 at the gate,

the form of firm shrinkage (Gao & Bruce 1997). It is 0 at the gate and equals S from
2 s^2 / S* above it, one standard error at the usual level.

A saving is money less failures or failures less money, and the variance of failures is
in proportion to their number: s^2 is linear in the saving, so that S* solves a
quadratic equation. Where few skipped failures make a saving, the gate is much farther
up than the standard error that happened to be measured says.

The trivial policy that S is compared with was itself chosen for being the cheaper one
on the same calls, which makes S too small where the two cost about the same. The same
argument, with the gate at a difference of 0, gives the correction in `allowance`.
"""

from dataclasses import dataclass, replace
from math import sqrt

from scipy import stats
from scipy.optimize import brentq

from llm_telemetry.decisions.statistics import Estimate

LEVEL = 0.95


@dataclass(frozen=True)
class Saving:
    """A cost difference that has to be below 0, and how its error changes with it.

    ``slope`` is how fast the error variance falls as the saving grows; ``allowance``
    is what the choice of the trivial policy took from the saving, USD.
    """

    difference: Estimate
    slope: float = 0.0
    allowance: float = 0.0

    @property
    def value(self) -> float:
        """The saving as measured."""
        return -self.difference.value

    @property
    def passes(self) -> bool:
        """Say whether the whole interval of the cost difference is below 0."""
        return self.difference.high < 0

    def variance(self, saving: float) -> float:
        """Return the error variance that goes with a true saving."""
        return self.difference.se**2 + self.slope * (self.value - saving)

    @property
    def gate(self) -> float:
        """The smallest saving that passes: S* = t s(S*)."""
        square = self._quantile**2
        half = square * self.slope / 2
        return sqrt(half**2 + square * self.variance(0.0)) - half

    @property
    def _quantile(self) -> float:
        return (self.difference.high - self.difference.value) / self.difference.se

    def claim(self) -> Estimate:
        """Return the cost difference to claim; without a passed gate, as measured.

        The interval is one for policies that passed. Its upper saving is the measured
        one; its lower is inverted from the truncated normal law and no less than 0,
        as the gate itself is the test of a saving below 0.
        """
        if not self.passes or not self.difference.se > 0:
            return self.difference
        steepness = 1 + self.gate**2 / (2 * self.variance(self.gate))
        shrunk = min(self.value, (self.value - self.gate) * steepness)
        lowest = min(self._lowest(), -self.difference.high)
        # subtracted, as the negative of 0.0 is printed with its sign
        return replace(
            self.difference,
            value=0.0 - max(shrunk, 0.0) - self.allowance,
            high=0.0 - lowest,
        )

    def _lowest(self) -> float:
        """Return the saving, 0 or more, at which S or more is as rare as 1 in 40."""
        tail = (1 - LEVEL) / 2

        def excess(saving: float) -> float:
            error = sqrt(self.variance(saving))
            passing = stats.norm.sf((self.gate - saving) / error)
            return float(stats.norm.sf((self.value - saving) / error) - tail * passing)

        return 0.0 if excess(0.0) >= 0 else float(brentq(excess, 0.0, self.value))


def allowance(difference: Estimate, margin: Estimate, both: Estimate) -> float:
    """Return what a saving lost to the choice of the trivial policy.

    ``margin`` is the extra cost of the other trivial policy and ``both`` its sum with
    the difference, from which the covariance follows. A margin of 0 takes as
    much as one standard error of it, one of two or more nothing: again an area of one.
    """
    if not margin.se > 0:
        return 0.0
    covariance = (both.se**2 - difference.se**2 - margin.se**2) / 2
    nearness = 1 - margin.value / margin.se / 2
    return max(nearness, 0.0) * max(covariance, 0.0) / margin.se
