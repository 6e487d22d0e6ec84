from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_telemetry.triage.review_policy import (
    CURVE_COLUMNS,
    CURVE_THRESHOLDS,
    Economics,
    Traffic,
    batch_topk,
    policy_row,
    stream_threshold,
    threshold_curve,
)

DEFAULTS = Economics(
    review_cost=2,
    fn_cost=40,
    repair_share=1,
    capacity_per_day=200,
    capacity_p90_guard=250,
)

calls = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.04, 0.05, 0.06, 0.3, 0.3000000001, 0.9]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=12,
)


def economics(capacity: float = 200, guard: float = 250, eta: float = 1) -> Economics:
    return Economics(2, 40, eta, capacity, guard)


def arrays(drawn: list[tuple[float, int]]) -> tuple[np.ndarray, np.ndarray]:
    probabilities, days = zip(*drawn, strict=True)
    # days are numbered without gaps
    return np.array(probabilities), np.unique(days, return_inverse=True)[1]


def test_threshold_is_what_a_review_costs_over_what_it_saves() -> None:
    assert DEFAULTS.threshold == 0.05
    assert economics(eta=0.5).threshold == 0.1
    assert economics(eta=0).threshold == float("inf")


def test_shadow_price_moves_the_threshold() -> None:
    price = DEFAULTS.shadow_price(0.15)
    assert price == pytest.approx(4)
    assert (2 + price) / 40 == pytest.approx(0.15)


def test_costs_charge_reviews_missed_failures_and_failed_repairs() -> None:
    reviewed = np.array([True, True, False, False])
    failed = np.array([1.0, 0.0, 1.0, 0.0])
    assert economics(eta=0.75).costs(reviewed, failed).tolist() == [12, 2, 40, 0]


def test_policy_row_counts_unknown_outcomes_in_the_load_only() -> None:
    row = policy_row(
        "some",
        np.array([True, True, True, False, False]),
        np.array([1.0, 0.0, np.nan, 1.0, np.nan]),
        Traffic(np.array([0, 0, 1, 1, 1]), scale=10),
        DEFAULTS,
    )
    assert row["mean_reviews_per_day"] == 15
    assert (row["tn"], row["fp"], row["fn"], row["tp"]) == (0, 1, 1, 1)
    assert (row["reviewed_rows"], row["expected_cost"]) == (2, 44)
    assert row["review_share"] == pytest.approx(2 / 3)


@settings(deadline=None, max_examples=60)
@given(calls, st.integers(0, 4))
def test_topk_is_worth_as_much_as_the_best_of_all_choices(
    drawn: list[tuple[float, int]], capacity: int
) -> None:
    probabilities, days = arrays(drawn)
    limits = economics(capacity)
    choices = np.array(list(product([False, True], repeat=len(drawn))))
    by_day = np.stack([choices[:, days == day].sum(axis=1) for day in set(days)])
    allowed = choices[(by_day <= capacity).all(axis=0)]
    worth = allowed @ (40 * probabilities - 2)
    marked = batch_topk(probabilities, Traffic(days, 1), limits)
    assert (np.bincount(days, marked) <= capacity).all()
    assert marked @ (40 * probabilities - 2) == pytest.approx(worth.max(), abs=1e-9)


def test_topk_settles_ties_by_the_order_of_rows() -> None:
    days = np.array([0, 1, 0, 0])
    marked = batch_topk(np.full(4, 0.3), Traffic(days, 1), economics(2))
    assert marked.tolist() == [True, True, True, False]


def test_topk_scales_capacity_down_to_a_sample() -> None:
    days = np.zeros(10, dtype=int)
    marked = batch_topk(np.linspace(0.1, 1, 10), Traffic(days, 49), economics(147))
    assert marked.tolist() == [False] * 7 + [True] * 3


@settings(deadline=None, max_examples=60)
@given(calls, st.integers(0, 5), st.integers(0, 5), st.sampled_from([1, 2.5]))
def test_stream_threshold_is_the_smallest_that_capacity_allows(
    drawn: list[tuple[float, int]], capacity: int, guard: int, scale: float
) -> None:
    probabilities, days = arrays(drawn)
    limits = economics(capacity, guard)
    allowed = []
    for candidate in sorted({0.05, *probabilities[probabilities >= 0.05]}):
        reviewed = pd.Series(probabilities >= candidate).groupby(days).sum() * scale
        if reviewed.mean() <= capacity and reviewed.quantile(0.9) <= guard:
            allowed.append(candidate)
    found = stream_threshold(probabilities, Traffic(days, scale), limits)
    assert found == (allowed[0] if allowed else None)


def test_stream_threshold_counts_the_traffic_and_not_the_sample() -> None:
    probabilities = np.linspace(0.06, 0.25, 20)
    days = np.zeros(20, dtype=int)
    limits = economics(20, 20)
    assert stream_threshold(probabilities, Traffic(days, 1), limits) == 0.05
    sampled = stream_threshold(probabilities, Traffic(days, 10), limits)
    assert sampled == pytest.approx(0.24)


def test_curve_cost_follows_from_its_counts() -> None:
    generator = np.random.default_rng(0)
    probabilities = generator.random(300)
    failed = (generator.random(300) < probabilities).astype(float)
    days = np.arange(300) // 30
    curve = threshold_curve(probabilities, failed, Traffic(days, 1), DEFAULTS)
    assert curve["threshold"].tolist() == CURVE_THRESHOLDS
    assert (
        curve["expected_cost"] == 2 * curve["reviewed_rows"] + 40 * curve["fn"]
    ).all()
    assert (curve[["tn", "fp", "fn", "tp"]].sum(axis=1) == 300).all()
    assert curve["reviewed_rows"].is_monotonic_decreasing


@pytest.fixture(scope="module")
def reference(shared_data: Callable[[str], Path]) -> Path:
    return shared_data("reference")


@pytest.fixture(scope="module")
def published_curve(reference: Path) -> pd.DataFrame:
    return pd.read_csv(reference / "triage_threshold_curve.csv")


def test_published_costs_follow_from_published_counts(
    published_curve: pd.DataFrame,
) -> None:
    counted = 2 * published_curve["reviewed_rows"] + 40 * published_curve["fn"]
    assert len(published_curve) == 95
    assert (published_curve["expected_cost"] == counted).all()


def test_curve_reproduces_the_published_run(
    reference: Path, published_curve: pd.DataFrame
) -> None:
    queue = pd.read_csv(reference / "triage_actions_preview.csv")
    probabilities = queue["proba_failure"].to_numpy()
    failed = _labels_consistent_with(published_curve, probabilities)
    days, _ = pd.factorize(queue["timestamp_utc"].str[:10])
    ours = threshold_curve(probabilities, failed, Traffic(days, 1), DEFAULTS)
    assert list(published_curve.columns) == CURVE_COLUMNS
    pd.testing.assert_frame_equal(ours, published_curve, check_dtype=False, rtol=1e-12)


def _labels_consistent_with(
    curve: pd.DataFrame, probabilities: np.ndarray
) -> np.ndarray:
    """Return outcomes with as many failures between two thresholds as were published.

    The outcomes of single calls were not published; no number of the curve needs them.
    """
    failed = np.zeros(len(probabilities))
    missed = [*curve["fn"], int(curve["fn"].iloc[0] + curve["tp"].iloc[0])]
    edges = [*curve["threshold"], 1.0]
    for low, high, few, many in zip(edges, edges[1:], missed, missed[1:], strict=False):
        between = np.flatnonzero((probabilities >= low) & (probabilities < high))
        failed[between[: many - few]] = 1
    return failed
