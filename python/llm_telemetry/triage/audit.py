"""Reviews by score, and a random share, so that labels are not only of high scores."""

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
    """A policy that reviews the top of each day, and audits drawn from all its calls.

    ``ranks`` and ``days`` are per call; ``wanted`` is the number of calls per day that
    score high enough; ``limit`` is the largest number of reviews per day. Where the
    limit binds, audits replace the lowest-scored picks. ``share`` of the reviews are
    audits.
    """

    ranks: Integers
    days: Integers
    wanted: Integers
    limit: float
    share: float

    @property
    def expected_audits(self) -> Floats:
        """Mean number of audits per day; some of their calls are reviewed anyway."""
        audits: Floats = self.share * np.minimum(self.wanted, self.limit)
        return audits

    def marks(self, audits: Floats) -> Booleans:
        """Mark the calls picked by score, given the number of audits per day."""
        marked: Booleans = (
            self.ranks < np.minimum(self.wanted, self.limit - audits)[self.days]
        )
        return marked

    def probabilities(self) -> Floats:
        """Return each call's probability of a review, over the draws of audits."""
        fewer = np.floor(self.expected_audits)
        of_more = (self.expected_audits - fewer)[self.days]
        chances: Floats = (1 - of_more) * self._chances(fewer)
        return chances + of_more * self._chances(fewer + 1)

    def drawn(self, calls: Floats, days: Floats) -> tuple[Booleans, Booleans]:
        """Mark the calls reviewed by score, and those reviewed only by audit.

        ``calls`` and ``days`` are uniform draws. A fraction of an audit is rounded up
        with that probability, so that the share is right on average; the audited calls
        are those with the lowest draws of the day.
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
    """Return a number in [0, 1) for each name, the same on every machine (MD5)."""
    halves = b"".join(
        hashlib.md5(f"{seed}:{name}".encode(), usedforsecurity=False).digest()[:8]
        for name in names
    )
    # the upper 53 bits, which is the precision of a double; 1 must not be reached
    return (np.frombuffer(halves, dtype=">u8") >> 11) / 2.0**53
