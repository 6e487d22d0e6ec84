"""Triage against the truth: what it claims to save, and when it should stay trivial."""

import numpy as np
from triage_world import KNOBS, World, world

from calibration.store import Numbers
from llm_telemetry import triage
from llm_telemetry.triage.review_policy import Economics

ROWS = 2_400
TRIVIAL = ("review_all", "review_none")


def with_signal(seed: int) -> Numbers:
    """Return the savings claimed and the true ones, USD a request."""
    return _judged(world(ROWS, seed=seed))


def without_signal(seed: int) -> Numbers:
    """Return the same where nothing tells a failure from a success."""
    return _judged(world(ROWS, seed=seed, signal=0.0, base=-2.0))


def _judged(drawn: World) -> Numbers:
    decision = triage.decide(drawn.features, drawn.windows, KNOBS)
    queue, economics = decision.queue, Economics.from_knobs(KNOBS)
    if queue.empty:
        return {"is_trivial": False}
    truth = drawn.truth[queue["interaction_id"]].to_numpy()
    reviewed = queue["action_review"].to_numpy()
    is_all = decision.policy["value"]["best_trivial"] == "review_all"
    trivial = economics.costs(np.full_like(reviewed, is_all), truth)
    saved = trivial - economics.costs(reviewed, truth)
    numbers: Numbers = {
        "is_trivial": decision.verdict in TRIVIAL,
        "true_saving": saved.mean(),
    }
    if decision.verdict not in TRIVIAL:
        claimed = -decision.estimates["cost_minus_best_trivial_usd"].value
        numbers["claimed_minus_true"] = claimed - saved.mean()
    return numbers
