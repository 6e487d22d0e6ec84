"""Routing on worlds and on real answers, where the truth is known."""

import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from routing_frames import KNOBS, marts_of, windowed

from llm_telemetry.routing import RoutingDecision, decide
from llm_telemetry.routing.estimation.prepared import ARM
from llm_telemetry.simulate import Simulation, simulate

Known = tuple[Simulation, pd.DataFrame, RoutingDecision]


def decided_world(world: str, seed: int, interactions: int = 9_000) -> Known:
    """Simulate a world, build its marts and decide."""
    simulation = simulate(world, interactions=interactions, seed=seed)
    log = windowed(simulation.interactions.assign(propensity=np.nan))
    return simulation, log, decide(marts_of(log), KNOBS)


def true_change(known: Known, policy: pd.DataFrame) -> float:
    """Return what a policy truly changes on its evaluation rows, USD a call."""
    simulation, log, _ = known
    arms = policy.set_index("use_case")[ARM].agg("/".join, axis=1)
    named = log["use_case"].map(arms)
    judged = (log["decision_window"] == "evaluation") & named.notna()
    costs = simulation.arm_unit_costs[judged.to_numpy()]
    logged = (costs * simulation.propensities[judged.to_numpy()]).sum(axis=1)
    places = costs.columns.get_indexer(pd.Index(named[judged]))
    return float((costs.to_numpy()[np.arange(len(costs)), places] - logged).mean())


def test_null_world_earns_no_canary_beyond_the_stated_rate() -> None:
    verdicts = [decided_world("null", seed)[2].verdict for seed in range(8)]
    # at a true rate of .10, more than 3 of 8 come up in half a percent of such trials
    assert verdicts.count("canary") <= 3
    assert "roll_out" not in verdicts


def test_real_world_is_learned_and_its_value_held() -> None:
    worlds = [decided_world("real", seed, 16_000) for seed in range(4)]
    learned, held, direct = [], [], []
    for known in worlds:
        policy = known[2].policies["unconstrained"]
        truth = true_change(known, policy)
        learned.append(truth)
        for estimator, into in (("doubly_robust", held), ("direct", direct)):
            name = f"unconstrained.{estimator}.unit_cost_delta"
            estimate = known[2].estimates[name]
            into.append((estimate.value - truth) / estimate.se)
    assert np.mean(learned) <= -2.6
    # it is too sure of what it never saw
    assert np.mean(np.abs(direct)) > np.mean(np.abs(held))
    # the mean of four has half a standard error
    assert abs(np.mean(held)) < 1.5
    assert "roll_out" not in {known[2].verdict for known in worlds}


@pytest.mark.parametrize("skew", [0.0, 1.0])
@pytest.mark.parametrize("is_known", [True, False])
def test_intervals_hold_the_true_value_on_real_answers(
    shared_data: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    skew: float,
    is_known: bool,
) -> None:
    shared_data("routing")
    monkeypatch.syspath_prepend(ROOT / "bench")
    of_answers = importlib.import_module("calibration.of_answers")
    held = [
        of_answers.measure(seed, skew=skew, is_known=is_known)["covers"]
        for seed in range(20)
    ]
    # at a true rate of .95, fewer than 16 of 20 come up in 3 of 1,000 such trials
    assert sum(held) >= 16
