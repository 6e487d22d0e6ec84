"""Single use cases of a routing policy against their truth, and what refuses it."""

from dataclasses import replace
from math import log

import numpy as np
import pandas as pd

from calibration import of_routing
from calibration.replicate import Replicate
from calibration.store import Numbers
from llm_telemetry import routing
from llm_telemetry.simulate.parameters import Routing
from llm_telemetry.simulate.worlds import OWN_COUNTS, REAL

SLOW = 0.40  # log ms: beyond every limit on slow answers
BEST = -1.4  # log odds of failure of an arm that is best at a use case


def _failures() -> tuple[tuple[float, ...], ...]:
    """Return the real world's, the best arms better; two of the first are too slow."""
    best = [
        tuple(BEST if effect < -0.6 else effect for effect in row)
        for row in REAL.outcomes.arm_failure
    ]
    coding = [*REAL.outcomes.arm_failure[0]]
    coding[0] = coding[2] = BEST
    return tuple(coding), *best[1:]


# the limit on slow answers rules out what serves one use case best, and does today
LIMITED = replace(
    REAL,
    name="limited",
    outcomes=replace(
        REAL.outcomes,
        arm_failure=_failures(),
        latency=log(1150.0),
        arm_latency=(SLOW, -0.18, SLOW, -0.15, 0.02, 0.03, -0.25, 0.0),
    ),
    routing=Routing(by_difficulty=0.5, by_tier=0.3, by_use_case=0.9),
)
# fast enough to have arms within the limits: only the method may refuse
OWN_COUNTS_FAST = replace(
    OWN_COUNTS, outcomes=replace(OWN_COUNTS.outcomes, latency=log(900.0))
)


def measure(replicate: Replicate) -> Numbers:
    """Return what is sent by use case, and how the negative control fared.

    ``harmful`` of the ``sent`` truly cost more, and ``unlearned`` had a gain that
    history alone says is none.
    """
    decision = routing.decide(of_routing.read(replicate), replicate.knobs)
    policy = decision.policy
    is_sent = policy["recommendation"].isin(["shadow", "canary", "roll_out"])
    sent = policy[is_sent]
    true = true_by_use_case(replicate, sent)
    found = decision.estimates.get("learned.doubly_robust.unit_cost_delta")
    learned = decision.policies.get("learned", policy.head(0))
    truth = float(of_routing.true_deltas(replicate, learned).mean())
    return {
        "sent": len(sent),
        "harmful": int((true > of_routing.HARM_USD).sum()),
        "unlearned": int((~(sent["learned_unit_cost_delta"] < 0)).sum()),
        "true_gain": -float(of_routing.true_deltas(replicate, sent).fillna(0.0).mean()),
        "control_failed": control_failed(decision),
        "control_refuses": "negative_control_failed" in decision.reasons,
        "is_refuse": decision.verdict == "refuse",
    } | of_routing.against_truth("dr", found, truth)


def control_failed(decision: routing.RoutingDecision) -> bool:
    """Say whether the policy seems to move the length of the prompts."""
    return [
        row["is_met"]
        for row in decision.basis.diagnostics
        if row["name"] == "negative_control_beyond_chance"
    ] == [False]


def measure_both(replicate: Replicate) -> Numbers:
    """Measure with characters of the prompt, and where only providers count."""
    blind = measure(without_characters(replicate))
    return measure(replicate) | {f"blind_{name}": n for name, n in blind.items()}


def without_characters(replicate: Replicate) -> Replicate:
    """Return what a log would say in which only the providers count prompts."""
    contexts = replicate.marts["routing_contexts"]
    blind = contexts.assign(prompt_size=pd.NA, prompt_size_unit="none")
    return replace(replicate, marts={**replicate.marts, "routing_contexts": blind})


def true_by_use_case(replicate: Replicate, policy: pd.DataFrame) -> pd.Series:
    """Return what each row of a policy truly changes, USD per call of its use case."""
    deltas = of_routing.true_deltas(replicate, policy)
    log = replicate.marts["interactions"].set_index("interaction_id")
    means = deltas.groupby(log.loc[deltas.index, "use_case"]).mean()
    return policy["use_case"].map(means).astype(np.float64)
