"""The routing decision for a reader who never heard of off-policy evaluation.

The table of reasons in docs/reference/outputs.md is a copy of REASONS, as a test
checks.
"""

from math import isfinite

from llm_telemetry.decisions.statistics import Estimate

ADVICE = {
    "refuse": "keep_baseline: these calls cannot be compared fairly",
    "keep_baseline": "keep_baseline: no other choice of models is proven cheaper",
    "inconclusive": "keep_baseline: the change may be chance",
    "shadow": "shadow: run the new models in parallel with today's, unseen by users",
    "canary": "canary: send few sessions to the new models, log each draw's chance",
    "roll_out": "roll_out: random draws prove the new models cheaper, within limits",
}
REASONS = {
    "no_candidates": "no model served any use case often enough to learn from",
    "history_window_empty": "there are no earlier calls to learn from",
    "evaluation_window_empty": "there are no later calls to judge on",
    "no_arm_keeps_limits": "no model keeps the limits on failures and latency",
    "too_few_requests": "no model that may keep the limits served enough earlier calls",
    "outcomes_unknown": "outcomes or latencies of the earlier calls are unknown",
    "limits_cost_more": "within the limits every model costs more than today's "
    "routing; the estimates say how much",
    "no_arm_costs_less": "no model is expected to cost less than today's routing",
    "no_use_case_can_be_judged": "the models picked served too few of the later calls",
    "too_few_effective_rows": "too few later calls went to the models picked",
    "no_overlap": "some calls would never have gone to the models picked, and what "
    "these would do with them is unknown",
    "weights_do_not_add_up": "the chances of being routed contradict the routing",
    "contexts_not_balanced": "calls that went to the models picked differ from the "
    "others even after weighting",
    "propensities_miscalibrated": "the estimated chances of being routed are wrong",
    "negative_control_failed": "the comparison sees an effect on the prompts' length, "
    "which no model can have",
    "estimators_disagree": "two ways to compare the same calls contradict each other",
    "missing_differs_by_arm": "outcomes are missing more often for some models",
    "nothing_measured": "outcomes or costs are unknown",
    "policy_costs_more": "the models picked cost more than today's routing",
    "interval_includes_zero": "the interval of the change includes zero: it may save "
    "or cost",
    "pays": "the change saves money, and significantly",
    "pays_in_part": "some use cases save money significantly, the others may not; "
    "they were chosen by the calls that judge them, which flatters the sum",
    "pays_only_together": "the sum saves money significantly, no use case alone does",
    "expired_by_concept_drift": "calls no longer fail as they did when it was learned",
    "limits_violated": "a model picked no longer keeps the limits",
    "limits_not_certified": "it is not yet sure that the models keep the limits",
    "hidden_context_could_explain_it": "a little of what the log does not show could "
    "explain the saving",
    "prompt_length_unknown": "the prompts' length is known only in tokens that each "
    "provider counts its own way: calls are compared without it",
    "diagnostic_not_measured": "a check of the comparison could not be computed",
    "missing_could_flip_it": "missing data decides: the unknown outcomes could "
    "by themselves undo the saving",
    "windows_overlap_in_time": "the calls that judge are not later than the others",
    "use_case_without_candidates": "a use case of the later calls is new",
    "use_case_no_arm_keeps_limits": "in some use case no model keeps the limits",
    "use_case_too_few_requests": "in some use case no model that may keep the limits "
    "served enough earlier calls",
    "use_case_outcomes_unknown": "in some use case earlier outcomes are unknown",
    "use_case_limits_cost_more": "in some use case keeping the limits costs more than "
    "today's routing",
    "use_case_no_arm_costs_less": "in some use case no model is expected to cost less "
    "than today's routing",
    "use_case_arm_absent_in_evaluation": "in some use case the model picked served no "
    "later call",
    "use_case_too_few_sessions": "in some use case the model picked served too few "
    "later sessions",
    "not_routed": "the use case keeps its baseline with the rest of the policy",
}


def explained(code: str) -> str:
    """Return a reason with its meaning; a code of another decision as it is."""
    return f"{code}: {REASONS[code]}" if code in REASONS else code


def outlook(change: Estimate | None, rows: float | None, worthwhile: float) -> str:
    """Say what more of the same log would show, where it has not shown it yet."""
    if change is None or rows is None or not isfinite(change.se):
        return ""
    if not change.low <= 0 <= change.high:
        return ""
    return f"; {rows:,.0f} such calls would show a change of {worthwhile:g} USD"
