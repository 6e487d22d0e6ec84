"""Routing against the truth: what each estimator covers, and what is recommended."""

import numpy as np
import pandas as pd

from calibration.replicate import Replicate
from calibration.store import Numbers
from llm_telemetry import routing
from llm_telemetry.decisions.statistics import Estimate

MARTS = (
    "interactions",
    "windows",
    "reference_policy",
    "routing_candidates",
    "routing_constraints",
    "routing_prices",
    "routing_contexts",
)
# each with the policy that it is asked about: the naive one with its own pick
ESTIMATORS = {
    "naive": ("reference", "naive_matched_rows"),
    "post_stratified": ("reference", "post_stratified"),
    "direct": ("learned", "direct"),
    "snips": ("learned", "snips"),
    "dr": ("learned", "doubly_robust"),
}
VERDICTS = ("refuse", "keep_baseline", "inconclusive", "shadow", "canary", "roll_out")
HARM_USD = 0.05  # an interaction; less is no harm


def measure(replicate: Replicate) -> Numbers:
    """Return how the estimates stand to the truth, and what was recommended.

    ``learned`` is the policy of history within its limits, ``unconstrained`` without
    them and ``reference`` that of the plain means; harmful is what was recommended.
    """
    marts = replicate.marts
    decision = routing.decide(read(replicate), replicate.knobs)
    learned = decision.policies.get("learned", marts["reference_policy"].head(0))
    numbers: Numbers = {f"is_{name}": decision.verdict == name for name in VERDICTS}
    numbers["best_delta"] = replicate.simulation.truth["best_policy"]["delta"]
    truths = {}
    for name in ("reference", "unconstrained", "learned"):
        deltas = true_deltas(replicate, decision.policies.get(name, learned.head(0)))
        truths[name] = deltas.mean()
        numbers[f"{name}_true_delta"] = deltas.fillna(0.0).mean()
    for name, (policy, estimator) in ESTIMATORS.items():
        estimate = decision.estimates.get(f"{policy}.{estimator}.unit_cost_delta")
        numbers |= against_truth(name, estimate, truths[policy])
    recommended = decision.verdict in ("shadow", "canary", "roll_out")
    shipped = decision.policies.get("shippable", learned.head(0))
    harm = true_deltas(replicate, shipped).mean() > HARM_USD
    return numbers | {"is_harmful": recommended and harm}


def read(replicate: Replicate) -> routing.Marts:
    """Return the marts that routing reads."""
    marts = replicate.marts
    return routing.Marts(
        reference_policy=marts["reference_policy"],
        candidates=marts["routing_candidates"],
        constraints=marts["routing_constraints"],
        prices=marts["routing_prices"],
        contexts=marts["routing_contexts"],
        windows=marts["windows"],
    )


def true_deltas(replicate: Replicate, policy: pd.DataFrame) -> pd.Series:
    """Return what a policy truly changes, USD, of every evaluated interaction.

    E[Y | its arm] - E[Y | the logged routing], both known to the simulator alone;
    unknown where the policy names no arm.
    """
    simulation = replicate.simulation
    interactions = replicate.marts["interactions"].set_index("interaction_id")
    judged = interactions[interactions["decision_window"] == "evaluation"]
    names = policy["model_provider"] + "/" + policy["model_name"]
    arms = judged["use_case"].map(names.set_axis(policy["use_case"]))
    costs = simulation.arm_unit_costs.loc[judged.index]
    chosen = costs.columns.get_indexer(pd.Index(arms))
    under_policy = costs.to_numpy()[np.arange(len(costs)), chosen]
    logged = (costs * simulation.propensities.loc[judged.index]).sum(axis=1)
    return (under_policy - logged).where(chosen >= 0)


def against_truth(name: str, estimate: Estimate | None, truth: float) -> Numbers:
    """Return the error of an estimate, and what its interval says."""
    if estimate is None or not np.isfinite(estimate.se):
        return {}
    return {
        f"{name}_error": estimate.value - truth,
        f"{name}_covers": estimate.low <= truth <= estimate.high,
        f"{name}_below": estimate.high < 0,
    }
