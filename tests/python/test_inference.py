"""Small statistics against numbers worked by hand and against simulated truth."""

from math import isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from llm_telemetry.decisions.statistics import (
    Estimate,
    clustered_mean,
    clustered_ratio,
    compared,
    effective_clusters,
    exponentiated,
    holm,
    p_value,
)

finite = st.floats(-1e3, 1e3)
labelled = st.lists(st.tuples(finite, st.integers(0, 5)), min_size=2, max_size=40)


def test_mean_of_two_clusters_by_hand() -> None:
    # the clusters move the mean by (-1.5 - 0.5) / 4 and (0.5 + 1.5) / 4
    estimate = clustered_mean([1, 2, 3, 4], ["a", "a", "b", "b"])
    assert estimate.value == 2.5
    assert estimate.se == pytest.approx(sqrt(2 / 1 * (0.5**2 + 0.5**2)))
    assert estimate.high - estimate.value == pytest.approx(12.7062047, rel=1e-6)
    assert (estimate.n, estimate.clusters) == (4, 2)


def test_ratio_by_hand() -> None:
    # 6 / 4; each cluster moves it by (y - 1.5 x) / 4: 1/8 and -1/8
    estimate = clustered_ratio([2, 4], [1, 3], ["a", "b"])
    assert estimate.value == 1.5
    assert estimate.se == pytest.approx(sqrt(2 * 2 / 64))


def test_one_row_a_cluster_is_the_textbook_error() -> None:
    values = np.random.default_rng(1).normal(size=30)
    estimate = clustered_mean(values, np.arange(30))
    low, high = stats.t.interval(0.95, 29, values.mean(), stats.sem(values))
    assert (estimate.low, estimate.high) == pytest.approx((low, high))


def test_unknown_values_are_left_out() -> None:
    known = clustered_mean([1, 2, 4], ["a", "b", "c"])
    assert clustered_mean([1, nan, 2, 4], ["a", "z", "b", "c"]) == known


@pytest.mark.parametrize(("values", "clusters"), [([], []), ([nan], ["a"])])
def test_nothing_known_is_nothing_said(
    values: list[float], clusters: list[str]
) -> None:
    estimate = clustered_mean(values, clusters)
    assert isnan(estimate.value)
    assert isnan(estimate.low)
    assert (estimate.n, estimate.clusters) == (0, 0)


def test_one_cluster_has_a_value_and_no_interval() -> None:
    estimate = clustered_mean([1, 2, 3], ["a", "a", "a"])
    assert estimate.value == 2
    assert isnan(estimate.se)
    assert isnan(estimate.high)
    assert isnan(p_value(estimate, 1))


@given(labelled, st.randoms())
def test_order_and_names_of_clusters_do_not_matter(rows, random) -> None:
    values, clusters = zip(*rows, strict=True)
    estimate = clustered_mean(values, clusters)
    shuffled = random.sample(rows, len(rows))
    values, clusters = zip(*shuffled, strict=True)
    again = clustered_mean(values, [f"session {name}" for name in clusters])
    assert again.value == pytest.approx(estimate.value, abs=1e-9)
    assert again.se == pytest.approx(estimate.se, abs=1e-9, nan_ok=True)


def sessions_of(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw 60 sessions of 1 to 12 rows, mean 3, that share half of their variance."""
    clusters = np.repeat(np.arange(60), rng.integers(1, 13, 60))
    shared = rng.normal(size=60)[clusters]
    return 3 + shared + rng.normal(size=len(clusters)), clusters


def test_clustered_interval_holds_the_truth_and_a_row_wise_one_does_not() -> None:
    rng = np.random.default_rng(7)
    drawn = [sessions_of(rng) for _ in range(600)]
    clustered = [clustered_mean(*sample) for sample in drawn]
    row_wise = [clustered_mean(values, range(len(values))) for values, _ in drawn]
    assert coverage(clustered, truth=3) >= 0.93
    assert coverage(row_wise, truth=3) < 0.75
    spread = np.std([estimate.value for estimate in clustered])
    assert np.mean([e.se for e in clustered]) == pytest.approx(spread, rel=0.06)


def coverage(estimates: list[Estimate], truth: float) -> float:
    """Return the share of intervals that hold the truth."""
    return float(np.mean([e.low <= truth <= e.high for e in estimates]))


def test_p_value_is_below_five_percent_where_the_interval_misses_zero() -> None:
    just_touching = Estimate(2.0, 2.0 / stats.t.ppf(0.975, 9), 0.0, 4.0, 10, 10)
    assert p_value(just_touching, 9) == pytest.approx(0.05)


def test_comparison_is_welchs_test() -> None:
    rng = np.random.default_rng(1)
    later, earlier = rng.normal(1, 1, 12), rng.normal(0, 3, 30)
    means = [clustered_mean(side, np.arange(len(side))) for side in (later, earlier)]
    freedom = len(later) - 1, len(earlier) - 1
    ours = compared(means[0], means[1].value, means[1].se, freedom)
    oracle = stats.ttest_ind(later, earlier, equal_var=False)
    assert ours.p_value == pytest.approx(oracle.pvalue)
    reach = oracle.confidence_interval().high - ours.difference
    assert ours.estimate.high - ours.estimate.value == pytest.approx(reach)
    ratio = exponentiated(ours)
    assert ratio.p_value == ours.p_value
    assert np.log(ratio.estimate.low) == pytest.approx(ours.estimate.low)
    assert ratio.estimate.se / ratio.estimate.value == pytest.approx(ours.estimate.se)


def test_effective_clusters_count_equal_weights_and_discount_a_heavy_one() -> None:
    assert effective_clusters(np.ones(6), [1, 1, 2, 2, 3, 3]) == 3
    assert effective_clusters(np.array([3.0, 1.0]), ["a", "b"]) == 1.6
    assert effective_clusters(np.zeros(0), []) == 0


def test_holm_by_hand() -> None:
    adjusted = holm([0.01, 0.04, nan, 0.03])
    assert adjusted == pytest.approx([0.03, 0.06, nan, 0.06], nan_ok=True)


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_keeps_the_order_and_never_lowers(p_values) -> None:
    adjusted = holm(p_values)
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
    assert (adjusted >= np.array(p_values)).all()
    assert (adjusted <= 1).all()
