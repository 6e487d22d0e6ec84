"""How much traffic it would take to see a change."""

from math import ceil

from scipy import stats

POWER = 0.80
LEVEL = 0.95


def _reach() -> float:
    """Return how many standard errors a change has to be away from nothing."""
    return float(stats.norm.ppf((1 + LEVEL) / 2) + stats.norm.ppf(POWER))


def rows_to_settle(rows: int, se: float, change: float) -> float | None:
    """Return the evaluation rows at which this log would show the change.

    The standard error falls with the root of the rows; None where nothing is known.
    """
    if not (se > 0 and abs(change) > 0):
        return None
    return float(ceil(rows * (_reach() * se / change) ** 2))


def rows_per_arm(sd: float, change: float) -> float | None:
    """Return the rows an arm that an even, random split needs to show the change.

    2 (1.96 + 0.84)^2 sd^2 / change^2: a sd of 16.3 and 1 USD take 4,170.
    """
    if not (sd > 0 and abs(change) > 0):
        return None
    return float(round(2 * (_reach() * sd / change) ** 2))
