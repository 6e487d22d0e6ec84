"""From the estimates on the evaluation window to a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import stats

from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.decisions.types import Row
from llm_telemetry.routing.checks.bounds import Ends, ends
from llm_telemetry.routing.checks.diagnostics import diagnose, refusals, unmeasured
from llm_telemetry.routing.checks.sensitivity import robust_factor
from llm_telemetry.routing.estimation.value import Contrast
from llm_telemetry.routing.evaluation import Window, estimates

FAMILY_ERROR_RATE = 0.05  # probability of any false claim about a use case
FALSE_DISCOVERY_RATE = 0.05  # share of the use cases sent that cost more
# what history alone says of a use case: nothing, or that its baseline stays
UNKNOWN_BY_HISTORY = ("too_few_requests", "outcomes_unknown")
KEPT_BY_HISTORY = ("no_arm_keeps_limits", "limits_cost_more", "no_arm_costs_less")
# what the router should do for each verdict
RECOMMENDATIONS = {
    "refuse": "keep_baseline",
    "keep_baseline": "keep_baseline",
    "inconclusive": "keep_baseline",
    "shadow": "shadow",
    "canary": "canary",
    "roll_out": "roll_out",
}


@dataclass(frozen=True)
class Finding:
    """A verdict, its codes, the use cases that it routes, and its evidence.

    ``policy`` contains the rows that were evaluated together, ``found`` every estimate
    of them; both are empty where nothing could be evaluated.
    """

    verdict: str
    reasons: tuple[str, ...]
    policy: pd.DataFrame
    sent: tuple[str, ...] = ()
    found: Mapping[str, Contrast] = field(default_factory=dict)
    checks: tuple[Row, ...] = ()
    robust_factor: float = np.nan
    ends: Ends | None = None

    @property
    def delta(self) -> Estimate | None:
        """Return the estimate that the decision is based on."""
        decisive = self.found.get("doubly_robust")
        return None if decisive is None else decisive.unit_cost_delta

    @property
    def could_flip(self) -> bool:
        """Say whether missing outcomes alone could undo the saving."""
        found = self.ends
        return found is not None and found.unknown > 0 and not found.worst.high < 0


def reach_verdict(
    table: pd.DataFrame, window: Window, knobs: Mapping[str, float]
) -> Finding:
    """Return the verdict on the use cases that the window can evaluate."""
    shippable = table[table["reasons"] == ""]
    if shippable.empty:
        return _nothing_to_judge(table, shippable)
    found = estimates(window, shippable)
    checks = diagnose(window.judged(shippable, found), knobs)
    finding = Finding("refuse", (), shippable, (), found, checks)
    delta = finding.delta
    if codes := refusals(checks):
        return replace(finding, reasons=tuple(codes))
    if delta is None or not np.isfinite(delta.se):
        return replace(finding, reasons=("nothing_measured",))
    if delta.low > 0:
        return replace(finding, verdict="keep_baseline", reasons=("policy_costs_more",))
    return _choose_sent(finding, window, knobs)


def _nothing_to_judge(table: pd.DataFrame, shippable: pd.DataFrame) -> Finding:
    codes = set(table["reasons"])
    if not codes <= {*UNKNOWN_BY_HISTORY, *KEPT_BY_HISTORY}:
        return Finding("refuse", ("no_use_case_can_be_judged",), shippable)
    verdict = "keep_baseline" if codes <= set(KEPT_BY_HISTORY) else "refuse"
    ordered = (*UNKNOWN_BY_HISTORY, *KEPT_BY_HISTORY)
    return Finding(verdict, tuple(c for c in ordered if c in codes), shippable)


def _choose_sent(
    finding: Finding, window: Window, knobs: Mapping[str, float]
) -> Finding:
    """Choose the use cases to route: those that save money by themselves.

    Where the policy as a whole is significant, the false discovery rate of the use
    cases sent is 5 % (Benjamini & Hochberg 1995, one-sided); no other is sent, except
    where the knobs allow what its limits cost. Where the whole is not significant,
    single use cases may be: Holm's correction keeps the probability of any false one
    at 5 %.
    """
    policy, delta = finding.policy, finding.delta
    saves = policy["unit_cost_delta"] < 0
    pays = delta is not None and delta.high < 0
    if pays:
        is_sent = saves & (_false_discovery_rates(policy) <= FALSE_DISCOVERY_RATE)
        if is_sent.any():
            is_sent |= _is_limit_paid(policy, knobs)
    else:
        is_sent = saves & (policy["p_value_holm"] < FAMILY_ERROR_RATE)
    if not is_sent.any():
        codes = ("pays_only_together" if pays else "interval_includes_zero",)
        return replace(finding, verdict="inconclusive", reasons=codes)
    if pays and is_sent.all():
        return _cap_verdict(finding, "pays", window, knobs)
    sent = policy[is_sent]
    finding = replace(finding, policy=sent, found=estimates(window, sent))
    return _cap_verdict(finding, "pays_in_part", window, knobs)


def _false_discovery_rates(policy: pd.DataFrame) -> pd.Series:
    """Return one-sided p-values of no saving, adjusted; what is unknown has 1."""
    half = policy["p_value"] / 2
    one_sided = half.where(policy["unit_cost_delta"] < 0, 1 - half).fillna(1.0)
    return pd.Series(stats.false_discovery_control(one_sided), policy.index)


def _is_limit_paid(policy: pd.DataFrame, knobs: Mapping[str, float]) -> pd.Series:
    """Return where history expects limits to cost, and no more than is allowed."""
    most = knobs["routing_max_limit_cost_usd"]
    is_paid = ~(policy["learned_unit_cost_delta"] < 0)
    return is_paid & (policy["unit_cost_delta_low"] <= most)


def _cap_verdict(
    finding: Finding, code: str, window: Window, knobs: Mapping[str, float]
) -> Finding:
    """Return the strongest verdict that the limits and checks allow."""
    policy, delta = finding.policy, finding.delta
    # limits that are paid for may cost what the others save
    if delta is None or not delta.high < 0:
        nothing = ("interval_includes_zero",)
        return replace(finding, verdict="inconclusive", reasons=nothing)
    own = window.evaluation(policy)
    factor = robust_factor(delta, own)
    status = policy["constraint_status"]
    caps = {
        "limits_violated": (status == "violated").any(),
        "limits_not_certified": (status != "certified").any(),
        "prompt_length_unknown": not window.is_randomised
        and window.calls.size_unit is None,
        "diagnostic_not_measured": bool(unmeasured(finding.checks)),
        "hidden_context_could_explain_it": not window.is_randomised
        and not factor >= knobs["routing_min_lambda"],
    }
    codes = [name for name, is_so in caps.items() if is_so]
    if (status == "violated").all():
        return replace(finding, verdict="keep_baseline", reasons=("limits_violated",))
    finding = replace(finding, ends=ends(own), robust_factor=factor)
    if finding.could_flip:
        return replace(finding, reasons=("missing_could_flip_it",))
    verdict = "shadow" if codes else "roll_out" if window.is_randomised else "canary"
    return replace(
        finding,
        verdict=verdict,
        reasons=(code, *codes),
        sent=tuple(policy.loc[status != "violated", "use_case"]),
    )
