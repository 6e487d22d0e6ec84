"""Reviews by score, and a share of them by chance, so that labels stay honest."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ReviewPlan:
    """A policy that takes the top of each day, and audits drawn from all its calls.

    ``ranks`` and ``days`` belong to calls; ``wanted`` is how many calls of a day score
    high enough; ``limit`` is how many reviews a day there can be. Where the limit
    binds, audits take the place of the last calls that scores would have picked.
    """

    ranks: Integers
    days: Integers
    wanted: Integers
    limit: float
    share: float

    @property
    def expected_audits(self) -> Floats:
        """Calls that a day's audit draws, on average; some would be reviewed anyway."""
        audits: Floats = self.share * np.minimum(self.wanted, self.limit)
        return audits

    def marks(self, audits: Floats) -> Booleans:
        """Return what the scores pick where so many audits a day are drawn."""
        marked: Booleans = (
            self.ranks < np.minimum(self.wanted, self.limit - audits)[self.days]
        )
        return marked

    def probabilities(self) -> Floats:
        """Return the chance of each call to be reviewed, over the draws of audits."""
        fewer = np.floor(self.expected_audits)
        of_more = (self.expected_audits - fewer)[self.days]
        chances: Floats = (1 - of_more) * self._chances(fewer)
        return chances + of_more * self._chances(fewer + 1)

    def drawn(self, calls: Floats, days: Floats) -> tuple[Booleans, Booleans]:
        """Return what is reviewed by score and what by audit alone.

        A fraction of an audit is drawn by the day, so that the share holds on average;
        the audited calls are those of the lowest draws of the day.
        """
        audits = np.floor(self.expected_audits + days)
        order = np.lexsort((calls, self.days))
        ordered_days = self.days[order]
        starts = np.searchsorted(ordered_days, ordered_days, side="left")
        by_audit = np.zeros(len(order), dtype=bool)
        by_audit[order] = np.arange(len(order)) - starts < audits[ordered_days]
        by_score = self.marks(audits)
        return by_score, by_audit & ~by_score

    def _chances(self, audits: Floats) -> Floats:
        calls = np.bincount(self.days, minlength=len(self.wanted))
        by_audit = np.minimum(audits / np.maximum(calls, 1), 1.0)
        return np.where(self.marks(audits), 1.0, by_audit[self.days])


def uniform_draws(names: Iterable[str], *, seed: int) -> Floats:
    """Return a number in [0, 1) for each name: the same one on every machine."""
    halves = b"".join(
        hashlib.md5(f"{seed}:{name}".encode(), usedforsecurity=False).digest()[:8]
        for name in names
    )
    # the upper 53 bits: a double holds no more, and 1 must not be reached
    return (np.frombuffer(halves, dtype=">u8") >> 11) / 2.0**53
