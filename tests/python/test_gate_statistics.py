"""The gate's estimators against hand-worked numbers, scipy and simulated truth."""

import numpy as np
import pandas as pd
import pytest
from gate_frames import KNOBS, calls, interactions, marts, pair, version
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from llm_telemetry.decisions.statistics import clustered_mean
from llm_telemetry.gate import Version
from llm_telemetry.gate.contrasts import (
    Evidence,
    of_rates,
    p95_contrast,
    rate_contrast,
    relative_contrast,
)
from llm_telemetry.gate.latency import Distribution
from llm_telemetry.gate.sample_ratio import chi_square, sample_ratios
from llm_telemetry.gate.standardised import (
    Mean,
    Rate,
    align,
    difference_bounds,
    relative_bounds,
    standardised_mean,
    standardised_rate,
)

ONE = np.ones(1)


def evidence(baseline: Version, candidate: Version) -> Evidence:
    aligned = align(baseline.cells, candidate.cells, min_sessions=5)
    return Evidence(aligned, baseline.latencies, candidate.latencies)


def test_standardisation_undoes_a_change_of_mix() -> None:
    # easy fails 10 %, hard 50 % in both; v2 got the hard ones
    log = interactions(
        [
            *calls(400, 40, use_case="easy"),
            *calls(100, 50, use_case="hard"),
            *calls(100, 10, use_case="easy", prompt_version="v2"),
            *calls(400, 200, use_case="hard", prompt_version="v2"),
        ]
    )
    baseline, candidate = pair(log)
    raw = [side.cells["failures"].sum() / 500 for side in (baseline, candidate)]
    contrast = rate_contrast(evidence(baseline, candidate), "failures", "left_out")
    assert raw == [0.18, 0.42]
    assert contrast.baseline == pytest.approx(0.18)
    assert contrast.candidate == pytest.approx(0.18)
    assert contrast.difference == pytest.approx(0)


def test_one_slice_is_the_clustered_mean() -> None:
    rng = np.random.default_rng(1)
    session = rng.integers(40, size=300)
    values = rng.random(300) + session / 40
    events = np.bincount(session, weights=values)[None, :]
    trials = np.bincount(session)[None, :].astype(float)
    mean = standardised_mean(events, trials, ONE)
    expected = clustered_mean(values, session)
    assert mean.value == pytest.approx(expected.value)
    assert mean.se == pytest.approx(expected.se)


def test_two_slices_add_their_variances_when_no_session_meets_both() -> None:
    rng = np.random.default_rng(2)
    events, trials = rng.integers(0, 5, (2, 60)), np.full((2, 60), 5)
    events[0, 30:] = trials[0, 30:] = 0
    events[1, :30] = trials[1, :30] = 0
    weights = np.array([0.3, 0.7])
    both = standardised_mean(events, trials, weights)
    alone = [standardised_mean(events[[s]], trials[[s]], ONE) for s in (0, 1)]
    assert both.value == pytest.approx(0.3 * alone[0].value + 0.7 * alone[1].value)
    assert both.se == pytest.approx(np.hypot(0.3 * alone[0].se, 0.7 * alone[1].se))


@given(st.integers(0, 50), st.integers(1, 500), st.floats(0.5, 4))
def test_interval_is_wilsons(events: int, extra: int, reach: float) -> None:
    trials = events + extra
    level = 2 * stats.norm.cdf(reach) - 1
    expected = stats.binomtest(events, trials).proportion_ci(level, method="wilson")
    low, high = Rate(events / trials, trials).interval(reach)
    assert low == pytest.approx(expected.low, abs=1e-9)
    assert high == pytest.approx(expected.high, abs=1e-9)


def test_no_event_proves_little() -> None:
    # 40 sessions of 5 without a failure: worth 40 trials, not 200, and not certainty
    rate = standardised_rate(np.zeros((1, 40)), np.full((1, 40), 5.0), ONE, sessions=40)
    assert rate.trials == pytest.approx(40)
    assert rate.interval(1.96)[1] > 0.08


def test_difference_bounds_are_newcombes() -> None:
    # Newcombe (1998), method 10: 56/70 against 48/80 gives .0524 to .3339
    sides = [Rate(48 / 80, 80), Rate(56 / 70, 70)]
    low, high = difference_bounds(
        *((one.value, *one.interval(1.959964)) for one in sides)
    )
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_relative_bounds_are_those_of_the_log_ratio() -> None:
    low, high = relative_bounds(Mean(2.0, 0.1), Mean(2.2, 0.11), 2.0)
    reach = np.exp(2 * np.hypot(0.05, 0.05))
    assert low == pytest.approx(1.1 / reach - 1)
    assert high == pytest.approx(1.1 * reach - 1)


def sessions_of(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Return failures and calls of sessions, of which each mostly fails or not."""
    calls_made = np.full(count, 5)
    return rng.binomial(calls_made, rng.beta(0.2, 0.8, count)), calls_made


def test_intervals_of_the_difference_hold_the_truth_and_row_wise_ones_do_not() -> None:
    rng = np.random.default_rng(3)
    missed = {"sessions": 0, "rows": 0}
    for _ in range(400):
        rates: dict[str, list[Rate]] = {"sessions": [], "rows": []}
        for _ in range(2):
            failures, made = sessions_of(rng, 300)
            events, trials = failures[None, :], made[None, :]
            rates["sessions"].append(
                standardised_rate(events, trials, ONE, sessions=300)
            )
            rates["rows"].append(Rate(failures.sum() / made.sum(), made.sum()))
        for kind, sides in rates.items():
            low, high = of_rates(*sides, 300, 1.0).bounds(1.96)
            missed[kind] += not low <= 0 <= high
    # 5 % of 400 is 20, and 33 is three standard errors more
    assert missed["sessions"] <= 33
    assert missed["rows"] > 80


def test_binned_percentile_is_within_one_percent_of_the_exact_one() -> None:
    rng = np.random.default_rng(4)
    latency = rng.lognormal(7, 0.5, 2_000)
    log = interactions({"latency_ms": one, "use_case": "a"} for one in latency)
    later = log.assign(
        prompt_version="v2",
        latency_ms=log["latency_ms"] * 1.3,
        session_id="t" + log["session_id"],
    )
    contrast = p95_contrast(evidence(*pair(pd.concat([log, later]))), "left_out")
    exact = np.quantile(latency, 0.95)
    assert contrast.baseline == pytest.approx(exact, rel=0.01)
    assert contrast.candidate == pytest.approx(1.3 * exact, rel=0.01)


def test_woodruffs_interval_holds_the_true_percentile() -> None:
    rng = np.random.default_rng(5)
    edges = 1.01 ** np.arange(400, 1200)
    truth = np.exp(7 + np.hypot(0.4, 0.3) * stats.norm.ppf(0.95))
    missed = {"sessions": 0, "rows": 0}
    for _ in range(300):
        pace = np.repeat(rng.normal(0, 0.4, 400), 5)
        latency = np.exp(7 + pace + rng.normal(0, 0.3, 2_000))
        slow = (latency > truth).reshape(400, 5).sum(axis=1)[None, :]
        tail = standardised_rate(slow, np.full((1, 400), 5), ONE, sessions=400)
        shares = np.histogram(latency, edges)[0] / 2_000
        for kind, trials in (("sessions", tail.trials), ("rows", 2_000.0)):
            binned = Distribution(edges[:-1], edges[1:], shares, 0.0, 0.0, trials)
            _, low, high = binned.p95(1.96)
            missed[kind] += not low <= truth <= high
    # 5 % of 300 is 15, and 26 is three standard errors more
    assert missed["sessions"] <= 26
    assert missed["rows"] > 45


def test_unknown_latencies_count_as_fast_or_as_slow() -> None:
    edges, shares = np.array([0.0, 100.0, 200.0]), np.array([0.48, 0.48])
    fast = Distribution(edges[:-1], edges[1:], shares, 0.04, 0.0, 100)
    slow = Distribution(edges[:-1], edges[1:], shares, 0.0, 0.04, 100)
    assert fast.quantile(0.95) == pytest.approx(100 + 100 * 0.43 / 0.48)
    assert slow.quantile(0.95) == pytest.approx(100 + 100 * 0.47 / 0.48)
    assert slow.quantile(0.97) == np.inf


def test_unknown_costs_are_nothing_or_twice_the_mean() -> None:
    log = interactions(
        [
            *[{"cost_usd": 0.01}] * 100,
            *[{"cost_usd": 0.01, "prompt_version": "v2"}] * 90,
            *[{"cost_usd": None, "prompt_version": "v2"}] * 10,
        ]
    )
    found = evidence(*pair(log))
    changes = [
        relative_contrast(found, "cost_usd", missing).difference
        for missing in ("left_out", "good", "bad")
    ]
    assert changes == pytest.approx([0.0, -0.1, 0.1])


def test_a_session_on_both_sides_and_slices_is_dealt_with() -> None:
    rng = np.random.default_rng(6)
    log = interactions(
        {
            "session_id": f"s{n // 4}",
            "use_case": rng.choice(["a", "b"]),
            "model_name": rng.choice(["x", "y"]),
            "is_failure": bool(rng.random() < 0.2),
        }
        for n in range(2_000)
    )
    built = marts(log)
    sides = [version(built, "model_name", name) for name in ("x", "y")]
    contrast = rate_contrast(evidence(*sides), "failures", "left_out")
    by_hand = [
        sum(
            log[(log.model_name == name) & (log.use_case == use_case)][
                "is_failure"
            ].mean()
            * ((log.model_name == "x") & (log.use_case == use_case)).sum()
            for use_case in ("a", "b")
        )
        / (log.model_name == "x").sum()
        for name in ("x", "y")
    ]
    assert [contrast.baseline, contrast.candidate] == pytest.approx(by_hand)


@given(st.integers(1, 500), st.integers(1, 500), st.floats(0.05, 0.95))
def test_chi_square_is_pearsons(ours: int, theirs: int, share: float) -> None:
    total = ours + theirs
    expected = stats.chisquare([ours, theirs], [total * (1 - share), total * share])
    assert chi_square(ours, theirs, share) == pytest.approx(expected.statistic)


def test_a_lost_tenth_of_the_candidate_is_a_mismatch_and_chance_is_not() -> None:
    def p_values(candidate: int) -> list[bool]:
        versions = pair(
            interactions([*calls(5_000, 0), *calls(candidate, 0, prompt_version="v2")])
        )
        aligned = align(*(one.cells for one in versions), min_sessions=5)
        cells = (versions[0].cells, versions[1].cells)
        found = sample_ratios(cells, aligned, expected=0.5, limit=0.001)
        return [one.is_met for one in found]

    assert p_values(4_500) == [False, False]
    assert p_values(4_950) == [True, True]


def test_knobs_of_the_gate_are_all_there() -> None:
    assert sum(name.startswith("release_") for name in KNOBS) == 16
