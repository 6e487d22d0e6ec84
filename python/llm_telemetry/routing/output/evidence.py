"""What the routing verdict is based on, for a reader who wants to challenge it."""

from math import nan, sqrt

import numpy as np
import pandas as pd

from llm_telemetry.decisions.types import Basis, Row
from llm_telemetry.routing.checks.bounds import Ends, ends
from llm_telemetry.routing.checks.limits import limit_checks
from llm_telemetry.routing.checks.power import rows_per_arm, rows_to_settle
from llm_telemetry.routing.checks.sensitivity import FACTORS, e_value, upper_bounds
from llm_telemetry.routing.evaluation import Window
from llm_telemetry.routing.output.payload import Payload
from llm_telemetry.routing.verdicts import Finding

ESTIMAND = (
    "Delta(d) = E[C + failure price x F + breach price x B] had the routed use cases "
    "used the policy's arms, minus the same as logged; USD per interaction of theirs"
)
ESTIMATOR = (
    "doubly robust (AIPW): multinomial propensities, logistic outcomes, tokens x "
    "price; fitted on history and calibration, judged once on evaluation; t interval "
    "clustered by session"
)
EXPIRES_ON = (
    "drift of the traffic or of the failure risk",
    "a new price, or another version of a model or prompt",
    "a change of a knob that prices failures, breaches or limits",
)


def describe(
    finding: Finding, window: Window, constraints: pd.DataFrame, shipped: Payload
) -> Basis:
    """Return the basis of a verdict; parts that could not be reached are empty."""
    back = shipped.rollback_to or "the baseline"
    rollbacks = [
        f"{rail['metric']} of routed {rail['use_case']} above "
        f"{rail['roll_back_above']:g}: roll back to {back}"
        for rail in shipped.guardrails
    ]
    return Basis(
        estimand=ESTIMAND,
        estimator=ESTIMATOR,
        diagnostics=finding.checks,
        assumptions=_assumptions(window),
        constraints=limit_checks(finding.policy, constraints),
        sensitivity=_sensitivity(finding, window),
        power=_power(finding, window),
        expires_on=(*EXPIRES_ON, *rollbacks),
    )


# what prompts are compared by, and whether that depends on the arm
PROMPT_SIZES = {
    "characters": ("checked", "the negative control, on characters of the prompt"),
    "tokens": (
        "untestable",
        "one tokenizer, says the knob prompt_tokens_are_comparable",
    ),
    None: (
        "untestable",
        "each provider counts tokens its own way: not compared by length",
    ),
}


def _assumptions(window: Window) -> tuple[Row, ...]:
    hidden = (
        ("checked", "the router wrote down the chance of every draw")
        if window.is_randomised
        else ("untestable", "lambda_star says how much hidden context would undo it")
    )
    rows = [
        ("every arm could have served every routed call", "checked", "diagnostics"),
        ("nothing hidden decides both the arm and the outcome", *hidden),
        (
            "prompts that are compared are equally long",
            *PROMPT_SIZES[window.calls.size_unit],
        ),
        (
            "what is missing is missing alike on all arms",
            "checked",
            "diagnostics; sensitivity holds both ends of the missing outcomes",
        ),
        ("a call's outcome does not depend on the arms of others", "untestable", ""),
        (
            "later traffic is like the evaluation window's",
            "untestable",
            "drift watches",
        ),
    ]
    names = ("assumption", "status", "evidence")
    return tuple(dict(zip(names, row, strict=True)) for row in rows)


def _sensitivity(finding: Finding, window: Window) -> tuple[Row, ...]:
    if finding.delta is None:
        return ()
    own = window.evaluation(finding.policy)
    bounds = upper_bounds(finding.delta, own, np.array(FACTORS))
    contrast = finding.found["doubly_robust"]
    policy, baseline = contrast.failure_rate, contrast.baseline_failure_rate
    ratio = baseline / policy if policy > 0 else nan
    return (
        {"measure": "lambda_star", "value": finding.robust_factor},
        {"measure": "failure_risk_ratio", "value": ratio},
        {"measure": "failure_e_value", "value": e_value(ratio)},
        *(
            {"measure": f"upper_end_at_lambda_{factor:g}", "value": bound}
            for factor, bound in zip(FACTORS, bounds, strict=True)
        ),
        *_missing(finding.ends or ends(own)),
    )


def _missing(found: Ends) -> tuple[Row, ...]:
    """Return both ends of the change, USD per interaction, and what they leave out."""
    measures = {
        "lower_end_with_missing_at_best": found.best.low,
        "upper_end_with_missing_at_worst": found.worst.high,
        "unknown_outcomes": found.unknown,
        "unknown_costs_without_bound": found.unknown_costs,
    }
    return tuple({"measure": name, "value": value} for name, value in measures.items())


def _power(finding: Finding, window: Window) -> tuple[Row, ...]:
    if finding.delta is None:
        return ()
    delta, worthwhile = finding.delta, window.knobs["routing_worthwhile_usd"]
    sd = unit_cost_sd(finding, window)
    measures = {
        "evaluation_rows": delta.n,
        "worthwhile_usd": worthwhile,
        "rows_to_settle_a_worthwhile_change": rows_to_settle(
            delta.n, delta.se, worthwhile
        ),
        "rows_to_settle_the_estimated_change": rows_to_settle(
            delta.n, delta.se, delta.value
        ),
        "unit_cost_sd_usd": sd,
        "rows_per_arm_of_an_even_random_split": rows_per_arm(sd, worthwhile),
    }
    return tuple({"measure": name, "value": value} for name, value in measures.items())


def unit_cost_sd(finding: Finding, window: Window) -> float:
    """Return the standard deviation of what a call of the routed use cases costs."""
    own = window.evaluation(finding.policy)
    total = np.zeros(len(own.sessions))
    for part in own.parts.values():
        total += part.usd * part.observed
    known = total[np.isfinite(total)]
    return sqrt(float(known.var(ddof=1))) if len(known) > 1 else nan
