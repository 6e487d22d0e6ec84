"""Routing against the truth: what each estimator covers, and what is recommended."""

import numpy as np
import pandas as pd

from calibration.replicate import Replicate
from calibration.store import Numbers
from llm_telemetry import routing
from llm_telemetry.inference import Estimate

MARTS = (
    "windows",
    "interactions",
    "reference_policy",
    "routing_candidates",
    "routing_evaluation_rows",
)
ESTIMATES = {
    "naive": "reference.naive_matched_rows.unit_cost_delta",
    "post_stratified": "reference.post_stratified.unit_cost_delta",
}


def measure(replicate: Replicate) -> Numbers:
    """Return how the estimates stand to the truth, and what was recommended."""
    marts = replicate.marts
    decision = routing.decide(
        marts["reference_policy"],
        marts["routing_candidates"],
        marts["routing_evaluation_rows"],
        marts["windows"],
        replicate.knobs,
    )
    truth = true_delta(replicate, marts["reference_policy"])
    numbers: Numbers = {
        "true_delta": truth,
        "is_harmful": truth > 0.05,
        "is_canary": decision.recommendation == "canary",
        "is_roll_out": decision.recommendation == "roll_out",
        "is_refused": decision.verdict == "refuse",
        "best_delta": replicate.simulation.truth["best_policy"]["delta"],
    }
    for name, key in ESTIMATES.items():
        numbers |= _against_truth(name, decision.estimates.get(key), truth)
    return numbers


def true_delta(replicate: Replicate, policy: pd.DataFrame) -> float:
    """Return what a policy is truly worth, USD per interaction it would route.

    The mean over the evaluation window of E[Y | its arm] - E[Y | the logged routing],
    both known to the simulator alone.
    """
    simulation = replicate.simulation
    interactions = replicate.marts["interactions"].set_index("interaction_id")
    names = policy["model_provider"] + "/" + policy["model_name"]
    arms = interactions["use_case"].map(names.set_axis(policy["use_case"]))
    judged = arms[(interactions["decision_window"] == "evaluation") & arms.notna()]
    costs = simulation.arm_unit_costs.loc[judged.index]
    chosen = costs.columns.get_indexer(pd.Index(judged))
    under_policy = costs.to_numpy()[np.arange(len(costs)), chosen]
    logged = (costs * simulation.propensities.loc[judged.index]).sum(axis=1)
    return float((under_policy - logged).mean())


def _against_truth(name: str, estimate: Estimate | None, truth: float) -> Numbers:
    if estimate is None or not np.isfinite(estimate.se):
        return {}
    return {
        f"{name}_error": estimate.value - truth,
        f"{name}_covers": estimate.low <= truth <= estimate.high,
        f"{name}_below": estimate.high < 0,
    }
