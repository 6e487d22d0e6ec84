"""Where the probabilities of one part of the traffic are off, and the whole is not."""

from collections.abc import Iterable
from math import sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from llm_telemetry.decisions.statistics import holm
from llm_telemetry.decisions.types import Row
from llm_telemetry.triage.calibration import (
    CALIBRATION_LIMITS,
    residual_design_effect,
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# with fewer on either side, the normal test is not to be trusted
MIN_SLICE_FAILURES = 20
MAX_P_VALUE = 0.05


def calibration_by_slice(
    dimensions: pd.DataFrame,
    probabilities: Floats,
    outcomes: Floats,
    clusters: Integers,
) -> list[Row]:
    """Return observed over expected failures of each name of each dimension.

    ``is_off`` where the ratio differs from 1 significantly: a normal test with the
    sessions' design effect, its p-value adjusted for the number of slices (Holm 1979).
    ``is_far_off`` where it is also beyond the limits for the whole: with
    many calls, a ratio of 1.02 is significant and yet changes no decision.
    """
    slices = [
        _slice(dimension, name, probabilities[rows], outcomes[rows], clusters[rows])
        for dimension in map(str, dimensions.columns)
        for name, rows in _parts(dimensions[dimension])
        if _is_judged(outcomes[rows], probabilities[rows])
    ]
    adjusted = holm([one["p_value"] for one in slices])
    return [
        {
            **one,
            "adjusted_p_value": float(p),
            "is_off": bool(p <= MAX_P_VALUE),
            "is_far_off": bool(p <= MAX_P_VALUE) and _is_far(one),
        }
        for one, p in zip(slices, adjusted, strict=True)
    ]


def _is_far(one: Row) -> bool:
    low, high = CALIBRATION_LIMITS
    return not low <= one["observed_over_expected"] <= high


def _parts(column: pd.Series) -> Iterable[tuple[str, Integers]]:
    """Return each name with the places of its rows, in their order."""
    codes, names = pd.factorize(column, sort=True)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(-1, len(names)), side="right")
    return [
        (str(name), order[ends[place] : ends[place + 1]])
        for place, name in enumerate(names)
    ]


def _is_judged(outcomes: Floats, probabilities: Floats) -> bool:
    return bool(
        MIN_SLICE_FAILURES <= probabilities.sum() <= len(outcomes) - MIN_SLICE_FAILURES
        and MIN_SLICE_FAILURES <= outcomes.sum() <= len(outcomes) - MIN_SLICE_FAILURES
    )


def _slice(
    dimension: str,
    name: str,
    probabilities: Floats,
    outcomes: Floats,
    clusters: Integers,
) -> Row:
    """Compare with the variance that the probabilities imply: with few failures, one
    estimated from the outcomes is small where there happen to be fewer still.
    """
    observed, expected = float(outcomes.sum()), float(probabilities.sum())
    effect = residual_design_effect(probabilities, outcomes, clusters)
    variance = effect * float((probabilities * (1 - probabilities)).sum())
    error = sqrt(variance) / expected
    ratio = observed / expected
    reach = float(stats.norm.ppf(0.975)) * error
    return {
        "dimension": dimension,
        "name": name,
        "interactions": len(outcomes),
        "sessions": int(np.count_nonzero(np.bincount(clusters))),
        "observed_over_expected": ratio,
        "low": ratio - reach,
        "high": ratio + reach,
        "p_value": float(2 * stats.norm.sf(abs(ratio - 1) / error)),
    }
