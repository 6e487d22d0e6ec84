"""Cells within which the chosen arm's rows are compared with all the others."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Labels = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MEASURES = ("cost_usd", "is_failure", "is_sla_breach")
# finest first; a cell that is too thin on one level is pooled on the next
LEVELS: tuple[tuple[str, ...], ...] = (
    ("account_tier", "channel", "prompt_length"),
    ("account_tier", "prompt_length"),
    ("prompt_length",),
    (),
)


def choose_strata(
    rows: pd.DataFrame,
    *,
    min_rows: float,
    min_covered_share: float,
    levels: Sequence[Sequence[str]] = LEVELS,
) -> Labels:
    """Return each row's stratum, -1 where the chosen arm cannot speak for it.

    A use case starts from the finest level that leaves few of its rows without an
    answer; the counts alone decide, so the choice owes nothing to the outcomes.
    """
    strata = np.full(len(rows), -1, dtype=np.int64)
    use_cases = rows["use_case"].to_numpy()
    for start in range(len(levels)):
        is_open = pd.Series(strata < 0).groupby(use_cases).transform("all").to_numpy()
        if not is_open.any():
            break
        pooled = _pool(rows, is_open, levels[start:], min_rows)
        shares = pd.Series(pooled >= 0).groupby(use_cases).transform("mean")
        taken = is_open & (pooled >= 0) & (shares.to_numpy() >= min_covered_share)
        strata[taken] = pooled[taken] + strata.max(initial=-1) + 1
    return strata


def _pool(
    rows: pd.DataFrame,
    is_open: Mask,
    levels: Sequence[Sequence[str]],
    min_rows: float,
) -> Labels:
    """Label the open rows; what is too thin for a level is pooled on the next."""
    strata = np.full(len(rows), -1, dtype=np.int64)
    for level in levels:
        labels = np.where(is_open & (strata < 0), _label(rows, level), -1)
        found = _supported(rows, labels, min_rows)
        strata = np.where(found >= 0, found + strata.max(initial=-1) + 1, strata)
    return strata


def _label(rows: pd.DataFrame, columns: Sequence[str]) -> Labels:
    groups = rows.groupby(["use_case", *columns]).ngroup()
    return np.asarray(groups, dtype=np.int64)


def _supported(rows: pd.DataFrame, labels: Labels, min_rows: float) -> Labels:
    """Return the labels, -1 where the chosen arm has too few known rows to speak."""
    known = rows[list(MEASURES)].notna().mul(rows["is_chosen"], axis=0)
    counts = known.groupby(labels).sum().min(axis=1)
    is_enough = counts.reindex(labels).to_numpy() >= min_rows
    return np.where(is_enough & (labels >= 0), labels, -1)
