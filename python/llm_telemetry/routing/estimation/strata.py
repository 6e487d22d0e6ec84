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
    """Number the combinations of the use case and some columns, -1 where one lacks."""
    labels = np.zeros(len(rows), dtype=np.int64)
    is_known = np.ones(len(rows), dtype=np.bool_)
    for name in ("use_case", *columns):
        values = rows[name].astype("category").cat
        codes = values.codes.to_numpy()
        labels = labels * len(values.categories) + codes
        is_known &= codes >= 0
    found = np.full(len(rows), -1, dtype=np.int64)
    found[is_known] = pd.factorize(labels[is_known])[0]
    return found


def _supported(rows: pd.DataFrame, labels: Labels, min_rows: float) -> Labels:
    """Return the labels, -1 where the chosen arm has too few known rows to speak."""
    found = labels >= 0
    is_chosen = rows["is_chosen"].to_numpy()
    # a label more, for the rows that have none: it speaks for none of them
    places = np.where(found, labels, labels.max(initial=-1) + 1)
    counts = [
        np.bincount(places, weights=is_chosen & rows[name].notna().to_numpy())
        for name in MEASURES
    ]
    is_enough = np.min(counts, axis=0)[places] >= min_rows
    return np.where(is_enough & found, labels, -1)
