"""How much an evaluator prefers long answers to short ones with the same label."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from agreement_frames import evaluated
from scipy import stats

SLOPE = ["length_slope", "length_slope_low", "length_slope_high"]


def answers(seed: int, size: int, per_session: int) -> dict[str, Any]:
    """Return labelled answers whose scores rise with their length, and by session."""
    random = np.random.default_rng(seed)
    session = random.integers(0, size // per_session, size)
    bad = random.random(size) < 0.3
    tokens = np.ceil(np.exp(random.normal(5, 1, size) + 0.5 * bad))
    shared = random.normal(0, 0.1, size)[session]
    noise = shared + random.normal(0, 0.1, size)
    return {
        "bad": bad,
        "score": 0.1 + 0.03 * np.log2(tokens) + 0.3 * bad + noise,
        "weight": np.where(random.random(size) < 0.2, 1.0, random.uniform(4, 9, size)),
        "session": session,
        "tokens": tokens,
    }


def slope_of(**columns: Any) -> np.ndarray:
    """Return the slope and its ends, NaN where they are null."""
    return evaluated(**columns).loc["model", SLOPE].to_numpy(float)


def within_label(
    bad: np.ndarray,
    score: np.ndarray,
    weight: np.ndarray,
    session: np.ndarray,
    tokens: np.ndarray,
) -> list[float]:
    """Return the slope and its ends by least squares with an intercept per label.

    The variance is clustered by session, with the leverage of each session capped.
    """
    length = np.log2(tokens)
    labels = np.column_stack([bad, ~bad]).astype(float)
    root = np.sqrt(weight)[:, None]
    effects, *_ = np.linalg.lstsq(labels * root, length * root[:, 0])
    rest = length - labels @ effects
    design = np.column_stack([length, labels])
    (slope, *others), *_ = np.linalg.lstsq(design * root, score * root[:, 0])
    residual = score - design @ np.array([slope, *others])
    sessions = [session == one for one in np.unique(session)]
    spread = np.array([weight[at] @ rest[at] ** 2 for at in sessions])
    meat = np.array([weight[at] @ (rest[at] * residual[at]) for at in sessions])
    leverage = np.minimum(spread / spread.sum(), 0.75)
    se = np.sqrt(((meat / (1 - leverage)) ** 2).sum()) / spread.sum()
    degrees = int(spread.sum() ** 2 / (spread**2).sum() + 1e-9) - 1
    reach = stats.t.ppf(0.975, degrees) * se
    return [slope, slope - reach, slope + reach]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("size", "per_session"), [(300, 1), (300, 5), (200, 14)])
def test_slope_and_interval_are_those_of_the_oracle(
    seed: int, size: int, per_session: int
) -> None:
    drawn = answers(seed, size, per_session)
    found, wanted = slope_of(**drawn), within_label(**drawn)
    assert found[0] == pytest.approx(wanted[0], abs=1e-9)
    # the quantile is right to 3e-7 beyond 20 degrees of freedom
    assert found == pytest.approx(wanted, abs=1e-8)


def test_ends_are_exact_where_the_quantile_is() -> None:
    drawn = answers(4, 400, 25)
    wanted = within_label(**drawn)
    assert slope_of(**drawn) == pytest.approx(wanted, abs=1e-9)
    assert wanted[1] < wanted[0] < wanted[2]


@pytest.mark.parametrize("slope", [-0.05, 0.0, 0.05])
def test_a_planted_slope_is_found(slope: float) -> None:
    drawn = answers(5, 200, 2)
    # bad answers are longer, and the label alone makes the score rise with length
    drawn["score"] = 0.1 + slope * np.log2(drawn["tokens"]) + 0.4 * drawn["bad"]
    assert slope_of(**drawn) == pytest.approx([slope] * 3, abs=1e-9)
    raw = np.polyfit(np.log2(drawn["tokens"]), drawn["score"], 1)[0]
    assert raw > slope + 0.01


def test_answers_of_one_label_have_a_slope() -> None:
    drawn = answers(6, 300, 30)
    drawn["bad"] = np.zeros(300, dtype=bool)
    row = evaluated(**drawn).loc["model"]
    assert row[SLOPE].to_list() == pytest.approx(within_label(**drawn), abs=1e-9)
    assert pd.isna(row["auc"])


@pytest.mark.parametrize("unknown", [np.nan, 0])
def test_answers_of_unknown_length_count_for_the_rest_only(unknown: float) -> None:
    drawn = answers(7, 400, 25)
    is_known = np.arange(400) % 4 > 0
    known = {name: column[is_known] for name, column in drawn.items()}
    drawn["tokens"][~is_known] = unknown
    assert slope_of(**drawn) == pytest.approx(slope_of(**known), abs=1e-12)
    assert evaluated(**drawn).loc["model", "labels"] == 400


@pytest.mark.parametrize("tokens", [np.nan, 0, 37])
def test_without_lengths_that_differ_there_is_no_slope(tokens: float) -> None:
    drawn = answers(8, 200, 1) | {"tokens": tokens}
    row = evaluated(**drawn).loc["model"]
    assert row[SLOPE].isna().all()
    assert row["labels"] == 200
    # one length for each label is no length that differs at the same label
    drawn["tokens"] = np.where(drawn["bad"], 900, 30)
    assert np.isnan(slope_of(**drawn)).all()


# 140 labels, of which half count five times, are worth 97
@pytest.mark.parametrize(
    ("size", "heavy", "unknown", "is_stated"),
    [
        (119, 1, 0, False),
        (120, 1, 0, True),
        (121, 1, 2, False),
        (140, 5, 0, False),
    ],
)
def test_few_labels_have_a_slope_without_interval(
    size: int, heavy: int, unknown: int, is_stated: bool
) -> None:
    drawn = answers(9, size, 1)
    drawn["weight"] = np.where(np.arange(size) % 2 == 0, 1.0, heavy)
    drawn["tokens"][:unknown] = np.nan
    slope, low, high = slope_of(**drawn)
    assert np.isfinite(slope)
    assert np.isfinite([low, high]).tolist() == [is_stated] * 2


def test_one_session_has_a_slope_without_interval() -> None:
    drawn = answers(10, 200, 1) | {"session": np.zeros(200, dtype=int)}
    assert np.isfinite(slope_of(**drawn)).tolist() == [True, False, False]


def test_reviewers_have_no_slope() -> None:
    drawn = answers(11, 200, 1)
    labels = [("ok", "a"), ("failure", "b")]
    reviews = pd.DataFrame(
        [("1", "1", reviewer, label) for label, reviewer in labels],
        columns=["interaction_id", "session_id", "reviewer", "label"],
    )
    found = evaluated(**drawn, reviews=reviews)
    assert found.loc["person", SLOPE].isna().all()
    assert found.loc["model", SLOPE].notna().all()
