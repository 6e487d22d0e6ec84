"""Triage on simulated telemetry, where each call's chance of failure is known."""

import numpy as np
import pandas as pd
from triage_world import KNOBS, windows_of

from llm_telemetry import simulate, triage
from llm_telemetry.triage.review_policy import Economics

CALLS = 6000


CHEAP = KNOBS | {"triage_fn_cost_usd": 8.0}


def decided(
    world: str, seed: int, knobs: dict[str, float]
) -> tuple[triage.TriageDecision, pd.Series]:
    """Decide on simulated calls, cut into windows by whole sessions in time."""
    drawn = simulate.simulate(world, interactions=CALLS, seed=seed)
    calls = drawn.interactions
    starts = calls.groupby("session_id")["timestamp_utc"].transform("min")
    place = starts.rank(method="dense", pct=True)
    known = calls["completion_tokens"].where(calls["completion_tokens"] > 0)
    features = calls.assign(
        decision_window=np.select(
            [place < 0.68, place < 0.8], ["history", "calibration"], "evaluation"
        ),
        prompt_to_completion_ratio=calls["prompt_tokens"] / known,
    )
    decision = triage.decide(features, windows_of(features), knobs)
    return decision, drawn.failure_probability


def test_claimed_savings_are_those_of_the_true_probabilities() -> None:
    # a failure costs less here, so that to review everything does not win
    economics = Economics.from_knobs(CHEAP)
    gaps = []
    for seed in range(6):
        decision, truth = decided("real", seed, CHEAP)
        queue = decision.queue
        chance = truth[queue["interaction_id"]].to_numpy()
        trivial = decision.policy["value"]["best_trivial"] == "review_all"
        true = economics.costs(queue["review_probability"].to_numpy(), chance)
        true -= economics.costs(np.full(len(chance), float(trivial)), chance)
        claimed = decision.estimates["cost_minus_best_trivial_usd"]
        assert decision.verdict == "threshold"
        gaps.append((claimed.value - true.mean()) / claimed.se)
    assert abs(np.mean(gaps)) < 2 / len(gaps) ** 0.5


def test_a_null_world_is_decided_by_a_trivial_policy() -> None:
    verdicts = [decided("null", seed, KNOBS)[0].verdict for seed in range(6)]
    assert set(verdicts) <= {"review_all", "review_none"}
