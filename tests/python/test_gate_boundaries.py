"""Looking more than once, against published constants and simulated walks."""

from math import inf, isclose, log, sqrt

import numpy as np
import pytest
from gate_frames import KNOBS
from scipy import stats
from scipy.optimize import minimize_scalar

from llm_telemetry.gate.boundaries import (
    Looks,
    obrien_fleming,
    reach,
    sequence_reach,
    student,
)
from llm_telemetry.gate.simulation import ever_rejects


# Jennison & Turnbull (2000), Group Sequential Methods, table 2.3
@pytest.mark.parametrize(
    ("looks", "alpha", "published"),
    [
        (1, 0.05, 1.960),
        (2, 0.05, 1.977),
        (3, 0.05, 2.004),
        (4, 0.05, 2.024),
        (5, 0.05, 2.040),
        (10, 0.05, 2.087),
        (4, 0.01, 2.609),
        (5, 0.01, 2.621),
        (5, 0.10, 1.751),
    ],
)
def test_last_boundary_is_the_published_one(
    looks: int, alpha: float, published: float
) -> None:
    assert abs(obrien_fleming(looks, alpha) - published) < 6e-4


def test_a_walk_leaves_the_boundaries_as_often_as_stated() -> None:
    rng = np.random.default_rng(5)
    looks = np.arange(1, 29)
    walks = rng.standard_normal((100_000, 28)).cumsum(axis=1) / np.sqrt(looks)
    bounds = [reach(Looks(k, 28), alpha=0.05, sessions=1) for k in looks]
    # four standard errors of a share of 100,000
    assert abs((np.abs(walks) > bounds).any(axis=1).mean() - 0.05) < 0.003
    single = reach(Looks(), alpha=0.05, sessions=1)
    assert (np.abs(walks) > single).any(axis=1).mean() > 0.25


def test_early_looks_reach_further() -> None:
    bounds = [reach(Looks(k, 5), alpha=0.05, sessions=1) for k in range(1, 6)]
    expected = [2.040 * sqrt(5 / k) for k in range(1, 6)]
    assert np.allclose(bounds, expected, atol=2e-3)


def test_sequence_is_the_published_formula() -> None:
    t, planned, alpha = 300.0, 1000.0, 0.05
    rho2 = (-2 * log(alpha) + log(1 - 2 * log(alpha))) / planned
    inner = 2 * (t * rho2 + 1) / (t**2 * rho2) * log(sqrt(t * rho2 + 1) / alpha)
    assert isclose(sequence_reach(t / planned, alpha), sqrt(inner) * sqrt(t))
    assert sequence_reach(0.0, alpha) == inf


@pytest.mark.parametrize("alpha", [0.05, 0.0033])
def test_sequence_is_narrowest_where_it_was_planned_to_be(alpha: float) -> None:
    # the reach at the planned size as a function of any other tuning
    def at_planned(tuning: float) -> float:
        return sequence_reach(tuning, alpha)

    best = minimize_scalar(at_planned, bounds=(0.1, 10), method="bounded")
    assert at_planned(1.0) < best.fun * 1.001


def test_a_walk_leaves_the_sequence_less_often_than_stated() -> None:
    rng = np.random.default_rng(6)
    steps = np.arange(1, 501)
    walks = rng.standard_normal((4_000, 500)).cumsum(axis=1) / np.sqrt(steps)
    bounds = [sequence_reach(step / 250, 0.05) for step in steps]
    assert (np.abs(walks) > bounds).any(axis=1).mean() <= 0.05


def test_student_is_as_far_out_as_the_normal() -> None:
    assert isclose(stats.t.sf(student(1.96, 10), 9), stats.norm.sf(1.96))
    assert student(1.96, 1) == inf


def test_daily_looks_reject_no_more_than_stated_but_naive_ones_do() -> None:
    # 28 looks at equal versions, through the gate's own estimator
    shares = ever_rejects(KNOBS, runs=300)
    assert shares["naive"] > 0.18
    # a rate of .05 exceeds 25 of 300 in 1 of 150 such trials
    assert shares["scheduled"] <= 25 / 300
    assert shares["ad_hoc"] <= 25 / 300
