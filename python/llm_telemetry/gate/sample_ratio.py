"""Whether the candidate received its planned share of the sessions."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from llm_telemetry.decisions.statistics import Floats
from llm_telemetry.gate.standardised import Aligned

# expected sessions that a slice needs on the smaller side
MIN_EXPECTED = 5


@dataclass(frozen=True)
class SampleRatio:
    """Sessions on both sides of one slice, or of all, against the expected share."""

    place: str
    baseline_sessions: int
    candidate_sessions: int
    share: float
    expected_share: float
    p_value: float
    p_value_limit: float
    is_met: bool


def sample_ratios(
    cells: tuple[pd.DataFrame, pd.DataFrame],
    aligned: Aligned,
    *,
    expected: float,
    limit: float,
) -> list[SampleRatio]:
    """Return the test of all sessions, and of every slice with enough of them.

    ``cells`` are the baseline's and the candidate's rows of marts.release_slices. The
    tests of the slices share the limit (Bonferroni).
    """
    summed = [side.groupby("session_group")["sessions"].sum() for side in cells]
    both = pd.concat(summed, axis=1).fillna(0).to_numpy(dtype=np.float64)
    whole = _tested("all", both[:, 0], both[:, 1], expected, limit)
    pairs = zip(
        aligned.slices,
        aligned.baseline.counts["sessions"],
        aligned.candidate.counts["sessions"],
        strict=True,
    )
    rarer = min(expected, 1 - expected)
    large = [
        (" x ".join(place), ours, theirs)
        for place, ours, theirs in pairs
        if rarer * (ours.sum() + theirs.sum()) >= MIN_EXPECTED
    ]
    tests = [_tested(*pair, expected, limit / len(large)) for pair in large]
    return [whole, *tests]


def chi_square(baseline: float, candidate: float, expected: float) -> float:
    """Return Pearson's statistic of two counts against an expected share."""
    total = baseline + candidate
    missed = (candidate - total * expected) ** 2
    return missed / (total * expected * (1 - expected)) if total else 0.0


def _tested(
    place: str, baseline: Floats, candidate: Floats, expected: float, limit: float
) -> SampleRatio:
    """Test session groups' counts.

    A session that meets several slices, or both versions, counts as often; what that
    does to the variance between groups divides the statistic (Rao & Scott 1981),
    which never makes it larger.
    """
    ours, theirs = float(baseline.sum()), float(candidate.sum())
    statistic = chi_square(ours, theirs, expected) / _inflation(
        baseline, candidate, expected
    )
    p_value = float(stats.chi2.sf(statistic, 1))
    share = theirs / (ours + theirs) if ours + theirs else float("nan")
    return SampleRatio(
        place=place,
        baseline_sessions=round(ours),
        candidate_sessions=round(theirs),
        share=share,
        expected_share=expected,
        p_value=p_value,
        p_value_limit=limit,
        is_met=p_value >= limit,
    )


def _inflation(baseline: Floats, candidate: Floats, expected: float) -> float:
    totals = baseline + candidate
    groups = int((totals > 0).sum())
    if groups < 2:
        return 1.0
    share = candidate.sum() / totals.sum()
    spread = np.square(candidate - share * totals).sum() * groups / (groups - 1)
    return max(1.0, float(spread / (totals.sum() * expected * (1 - expected))))
