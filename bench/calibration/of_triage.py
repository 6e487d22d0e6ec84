"""Triage against the truth: what it claims to save, and when it should stay trivial."""

import numpy as np
from triage_world import KNOBS, World, world

from calibration.store import Numbers
from llm_telemetry import triage
from llm_telemetry.triage.review_policy import Economics

ROWS = 2_400
TRIVIAL = ("review_all", "review_none")
# a review costs USD 2, 4 or 8: reviewing all, either and nothing is the cheaper trivial
REVIEW_COSTS = (2.0, 4.0, 8.0)


def with_signal(seed: int) -> Numbers:
    """Return the savings claimed and the true ones, USD a request."""
    return _by_review_cost(world(ROWS, seed=seed))


def with_weak_signal(seed: int) -> Numbers:
    """Return the same where about half of the policies pass the gate."""
    return _by_review_cost(world(ROWS, seed=seed, signal=0.8, base=-2.5))


def without_signal(seed: int) -> Numbers:
    """Return the same where nothing tells a failure from a success."""
    return _judged(world(ROWS, seed=seed, signal=0.0, base=-2.0), KNOBS)


def _by_review_cost(drawn: World) -> Numbers:
    return {
        f"{name}_{cost:g}": number
        for cost in REVIEW_COSTS
        for name, number in _judged(drawn, KNOBS | {"review_cost": cost}).items()
    }


def _judged(drawn: World, knobs: dict[str, float]) -> Numbers:
    decision = triage.decide(drawn.features, drawn.windows, knobs)
    queue, economics = decision.queue, Economics.from_knobs(knobs)
    if queue.empty:
        return {"is_trivial": False}
    truth = drawn.truth[queue["interaction_id"]].to_numpy()
    reviewed = queue["review_probability"].to_numpy()
    is_all = decision.policy["value"]["best_trivial"] == "review_all"
    trivial = economics.costs(np.full_like(reviewed, is_all), truth)
    saved = trivial - economics.costs(reviewed, truth)
    numbers: Numbers = {"is_trivial": decision.verdict in TRIVIAL}
    if decision.verdict in ("threshold", "topk"):
        for name, estimate in (
            ("claimed", "cost_minus_best_trivial_usd"),
            ("uncorrected", "cost_minus_best_trivial_uncorrected_usd"),
        ):
            gap = -decision.estimates[estimate].value - saved.mean()
            numbers[f"{name}_minus_true"] = gap
        numbers["true_saving"] = saved.mean()
    return numbers
