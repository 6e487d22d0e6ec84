"""The estimators and their bounds against hand, closed forms and known truth."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.routing.checks.power import rows_per_arm, rows_to_settle
from llm_telemetry.routing.checks.sensitivity import (
    e_value,
    robust_factor,
    upper_bounds,
    worst_mean,
)
from llm_telemetry.routing.estimation.value import (
    ESTIMATORS,
    Evaluation,
    Part,
    contrast,
    inverse_weights,
)
from llm_telemetry.routing.evaluate import policy_value
from llm_telemetry.routing.learning import shrink

Floats = np.ndarray


def evaluation(
    weights: Floats,
    observed: Floats,
    chosen: Floats,
    logged: Floats,
    chance: float = np.nan,
) -> Evaluation:
    """Return rows of one part that costs 1 USD, each a session of its own."""
    size = len(weights)
    part = Part(1.0, observed, chosen, logged)
    chances = np.full(size, chance)
    use_cases = np.zeros(size, int)
    return Evaluation(np.arange(size), use_cases, weights, chances, {"cost": part})


def test_estimators_by_hand() -> None:
    own = evaluation(
        weights=np.array([2.0, 4.0, 0.0, 0.0]),
        observed=np.array([1.0, 0.0, 1.0, 1.0]),
        chosen=np.array([0.5, 0.5, 0.25, 0.75]),
        logged=np.array([0.5, 0.5, 0.5, 0.5]),
    )
    found = {name: contrast(name, own) for name in ESTIMATORS}
    assert found["direct"].unit_cost == pytest.approx(0.5)
    assert found["snips"].unit_cost == pytest.approx(2 / 6)
    # (.5 + 2 x .5 + .5 - 4 x .5 + .25 + .75) / 4
    assert found["doubly_robust"].unit_cost == pytest.approx(0.25)
    assert {one.baseline_unit_cost for one in found.values()} == {0.75}


def test_weights_are_of_the_arm_used_and_bounded() -> None:
    propensities = np.array([[0.5, 0.5], [0.25, 0.75], [0.001, 0.999]])
    arms, chosen = np.array([0, 1, 0]), np.array([0, 0, 0])
    weights = inverse_weights(arms, chosen, propensities, 0.01)
    assert weights.tolist() == [2, 0, 100]


def test_what_is_unknown_is_left_to_those_that_are_known() -> None:
    known = evaluation(*np.random.default_rng(1).random((4, 400)))
    lost = np.random.default_rng(2).random(400) < 0.2
    part = known.parts["cost"]
    half = evaluation(
        known.weights,
        np.where(lost, np.nan, part.observed),
        part.chosen,
        part.logged,
    )
    whole, partly = (contrast("doubly_robust", one) for one in (known, half))
    gap = abs(whole.unit_cost - partly.unit_cost)
    assert gap < 2 * whole.unit_cost_delta.se


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_policy_that_repeats_the_log_changes_nothing_at_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    observed, expected = rng.random((2, 20))
    observed[rng.random(20) < 0.2] = np.nan
    own = evaluation(np.ones(20), observed, expected, expected)
    delta = contrast("doubly_robust", own).unit_cost_delta
    assert delta.value == 0.0
    assert delta.se == 0.0


def test_with_constant_propensities_it_is_the_stratified_mean() -> None:
    rng = np.random.default_rng(3)
    stratum = rng.integers(0, 4, 800)
    used = rng.random(800) < 0.5
    observed = rng.normal(stratum, 1.0)
    # the share of each stratum as its propensity, its mean as its model
    share = pd.Series(used).groupby(stratum).transform("mean").to_numpy()
    means = pd.Series(observed).where(used).groupby(stratum).transform("mean")
    own = evaluation(used / share, observed, means.to_numpy(), observed)
    by_stratum = pd.Series(observed)[used].groupby(stratum[used]).mean()
    weights = np.bincount(stratum) / 800
    expected = float((by_stratum.to_numpy() * weights).sum())
    assert contrast("doubly_robust", own).unit_cost == pytest.approx(expected)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 12), st.floats(1.0, 5.0), st.integers(0, 10_000))
def test_worst_mean_is_that_of_a_linear_program(
    size: int, factor: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values, weights = rng.normal(size=size), 1 / rng.uniform(0.05, 0.95, size)
    low = 1 + (weights - 1) / factor
    high = 1 + (weights - 1) * factor
    # w = t v with sum(w) = 1 makes the fraction linear (Charnes & Cooper 1962)
    bounds = np.vstack(
        [
            np.column_stack([np.eye(size), -high]),
            np.column_stack([-np.eye(size), low]),
        ]
    )
    solved = linprog(
        c=np.append(-values, 0.0),
        A_ub=bounds,
        b_ub=np.zeros(2 * size),
        A_eq=[[*np.ones(size), 0.0]],
        b_eq=[1.0],
        method="highs",
    )
    assert worst_mean(values, weights, factor) == pytest.approx(-solved.fun, abs=1e-10)


def test_robust_factor_is_where_the_upper_end_reaches_zero() -> None:
    rng = np.random.default_rng(6)
    used = rng.random(4_000) < 0.25
    observed = rng.normal(np.where(used, 3.0, 5.0), 2.0)
    own = evaluation(used * 4.0, observed, np.full(4_000, 3.2), observed)
    delta = contrast("doubly_robust", own).unit_cost_delta
    factor = robust_factor(delta, own)
    assert 1.0 < factor < 20.0
    assert upper_bounds(delta, own, np.array([1.0]))[0] == pytest.approx(delta.high)
    assert upper_bounds(delta, own, np.array([factor]))[0] == pytest.approx(0, abs=1e-6)
    nothing = Estimate(-1.0, 1.0, -3.0, 1.0, 10, 10)
    assert np.isnan(robust_factor(nothing, own))


@pytest.mark.parametrize(
    ("ratio", "expected"), [(3.9, 7.263), (1 / 3.9, 7.263), (1.8, 3.0), (1.0, 1.0)]
)
def test_e_values_are_the_published_ones(ratio: float, expected: float) -> None:
    assert e_value(ratio) == pytest.approx(expected, abs=5e-4)


def test_power_is_that_of_two_means() -> None:
    assert rows_per_arm(16.3, 1.0) == pytest.approx(4_170, abs=1)
    # four times the rows halve the error
    assert rows_to_settle(1_000, 2.8015852, 2.0) == pytest.approx(15_397, rel=1e-3)
    assert rows_to_settle(1_000, 0.0, 2.0) is None


def test_shrinking_by_hand() -> None:
    # Q = 2 / .5 = 4; tau^2 = (4 - 1) / (4 - 8 / 4) = 1.5
    shrunk, spread = shrink(np.array([0.0, 2.0]), np.full(2, sqrt(0.5)))
    assert spread == pytest.approx(sqrt(1.5))
    assert shrunk.tolist() == pytest.approx([0.25, 1.75])
    alike, spread = shrink(np.array([1.0, 1.1]), np.ones(2))
    assert spread == 0.0
    assert alike.tolist() == pytest.approx([1.05, 1.05])


def test_rare_rows_of_large_weight_count_before_they_are_drawn() -> None:
    """Half of the rows had one chance in a thousand, and none of them was drawn."""
    rng = np.random.default_rng(7)
    chances = np.repeat([0.001, 0.5], 500)
    used = (rng.random(1_000) < 0.5) & (chances > 0.1)
    observed = rng.normal(size=1_000)
    seen = evaluation(used / chances, observed, np.zeros(1_000), np.zeros(1_000))
    expected = replace(seen, chances=chances)
    assert contrast("doubly_robust", seen).unit_cost_delta.se < 0.1
    # sqrt(.5 x 1,000 + .5 x 2) = 22.4, over the root of a thousand rows
    error = contrast("doubly_robust", expected).unit_cost_delta.se
    assert error == pytest.approx(0.71, rel=0.1)


def test_digits_as_a_bandit_hold_their_truth() -> None:
    """Ten classes are arms, a miss costs 1; the policy is a classifier's, so-so."""
    digits = load_digits()
    half = digits.target.size // 2
    rng = np.random.default_rng(0)
    taught = rng.choice(half, 150, replace=False)
    chooser = LogisticRegression(C=0.01, max_iter=2_000)
    chooser.fit(digits.data[taught, :24], digits.target[taught])
    contexts = digits.data[half:, 16:40:3] / 16
    target, size = digits.target[half:], digits.target.size - half
    policy = chooser.predict(digits.data[half:, :24])
    truth = float((policy != target).mean())
    # logged by a noisy copy of the policy, drawn alike for looks and truth
    likely = np.full((size, 10), 0.05)
    likely[np.arange(size), (policy + target) // 2 % 10] += 0.5
    frame = pd.DataFrame(contexts, columns=[f"x{n}" for n in range(8)])
    held, naive = [], []
    for seed in range(25):
        rng = np.random.default_rng(seed)
        ends = likely.cumsum(axis=1)[:, :-1]
        arms = (rng.random((size, 1)) >= ends).sum(axis=1)
        costs = (arms != target).astype(float)
        used = likely[np.arange(size), arms]
        estimate = policy_value(frame, arms, used, costs, policy, seed=seed)
        held.append(estimate.low <= truth <= estimate.high)
        on_arm = costs[arms == policy]
        reach = 1.96 * on_arm.std() / sqrt(len(on_arm))
        naive.append(abs(on_arm.mean() - truth) <= reach)
    # at a true rate of .95, fewer than 21 of 25 come up in 1 % of such trials
    assert sum(held) >= 21
    assert sum(naive) < 21
