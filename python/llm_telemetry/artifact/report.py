"""The decisions in words: a line of each, and the table on the screen."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import pandas as pd

from llm_telemetry.artifact import failover
from llm_telemetry.artifact.wording import number, percent, prices
from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.routing import RoutingDecision
from llm_telemetry.routing.output.words import outlook
from llm_telemetry.triage import TriageDecision

TRIAGE_ADVICE = {
    "review_all": "review every answer: no rule is shown to be cheaper",
    "review_none": "review nothing: no rule is shown to save what its reviews cost",
    "threshold": "review answers that score at or above the threshold",
    "topk": "review each day's queue from the top, up to capacity",
    "refuse": "keep reviewing as you do today: the data do not support a change",
}


def routing_summary(decided: RoutingDecision, knobs: Mapping[str, float]) -> str:
    """Say how much is routed, and what the policy that could be judged would change.

    Cash apart from failures and SLA breaches, which the knobs price.
    """
    estimate = decided.estimates.get("shippable.doubly_robust.unit_cost_delta")
    advised = int((decided.policy["recommendation"] != "keep_baseline").sum())
    verb = "shadow" if decided.recommendation == "shadow" else "route"
    routed = f"{advised} of {len(decided.policy)} use cases to {verb}"
    limits = "".join(map(_spoken_limit, decided.estimates.items()))
    priced = f"at {prices(knobs)}"
    limits = f"{limits}, {priced}" if limits else ""
    if decided.verdict == "refuse":
        return f"{routed}; these calls cannot show what a change would do{limits}"
    if estimate is None or not _is_known(estimate):
        return f"{routed}; effect of a change: unknown{limits}"
    power = {row["measure"]: row["value"] for row in decided.basis.power}
    needed = power.get("rows_to_settle_a_worthwhile_change")
    more = outlook(estimate, needed, power.get("worthwhile_usd", 0.0))
    cash = decided.estimates.get("shippable.doubly_robust.cash_delta")
    # of the use cases that the estimate covers, not of the whole traffic
    covered = decided.policy.loc[_is_covered(decided.policy), "use_case"]
    policy = "" if advised else "the policy that was evaluated "
    change = (
        f"{policy}would change the cost by {_spoken(estimate)} USD per interaction of "
        f"{_listed(sorted(covered))}"
    )
    return f"{routed}; {change} {priced}, {_spoken_cash(cash)}{more}{limits}"


def _is_covered(policy: pd.DataFrame) -> "pd.Series[bool]":
    """Mark the use cases whose calls the estimates of the policy are about."""
    sent = policy["recommendation"] != "keep_baseline"
    return sent if sent.any() else policy["reasons"].isin(["", "not_routed"])


def _listed(use_cases: list[str]) -> str:
    """Return one or two names, or how many they are."""
    if len(use_cases) > 2:
        return f"{len(use_cases)} use cases"
    return " and ".join(use_cases) or "the use cases evaluated"


def _spoken_cash(cash: Estimate | None) -> str:
    """Return the part that is billed."""
    if cash is None or not _is_known(cash):
        return "of which cash is unknown"
    return f"of which cash is {cash.value + 0.0:+.3g} USD"


def _spoken_limit(named: tuple[str, Estimate]) -> str:
    """Return what a use case pays to meet its limits, or nothing for others."""
    name, estimate = named
    if not name.startswith("limits.") or not _is_known(estimate):
        return ""
    use_case = name.removeprefix("limits.").removesuffix(".unit_cost_delta")
    return f"; meeting the limits of {use_case} costs {_spoken(estimate)} USD per call"


def triage_summary(decided: TriageDecision) -> str:
    """Say what the policy saves, or what the best alternative to a trivial one would.

    A trivial policy, which reviews all answers or none, saves nothing against itself.
    """
    queued = decided.queue["action_review"].sum() if len(decided.queue) else 0
    answers = f"{len(decided.queue):,} answers in the evaluation window"
    reviewed = f"{queued:,} of {answers} to review"
    if decided.queue.empty:
        reviewed = "no answers were scored"
    estimate = decided.estimates.get("cost_minus_best_trivial_usd")
    if estimate is None or not _is_known(estimate):
        return f"{reviewed}; the saving of a review policy is unknown"
    value = decided.policy["value"]
    against = {"review_all": "reviewing all", "review_none": "reviewing none"}
    trivial = against[value["best_trivial"]]
    # a saving is a negative difference of cost
    ends = sorted((-estimate.low + 0.0, -estimate.high + 0.0))
    saved = f"{-estimate.value + 0.0:.3g} ({number(ends[0])} to {number(ends[1])})"
    saved = f"{saved} USD per interaction compared with {trivial}{_reviews(decided)}"
    if decided.verdict == "refuse":
        return f"{reviewed}; {value['policy']} would save {saved}"
    if decided.verdict not in against:
        return f"{reviewed}; saves {saved}"
    if estimate.value >= 0:
        return f"{reviewed}; no rule is shown to save anything compared with {trivial}"
    rule = f"the best rule, {value['policy']}, would save {saved}"
    is_significant = f"no_better_than_{value['best_trivial']}" not in decided.reasons
    why = (
        "the answers that it skips are not certified to fail rarely enough"
        if is_significant
        else "that is not statistically significant"
    )
    return f"{reviewed}; {rule}, but {why}"


def _reviews(decided: TriageDecision) -> str:
    """Say what a review and a missed failure are priced at."""
    economics = decided.policy["economics"]
    review, missed = (
        number(economics[name])
        for name in ("review_cost_usd", "missed_failure_cost_usd")
    )
    return f" at {review} USD per review and {missed} USD per missed failure"


def table(artifact: Mapping[str, Any], health: Mapping[str, Any]) -> list[str]:
    """Return the lines that are printed where no terminal is."""
    decisions = rows(artifact)
    width = max(len(verdict) for _, _, verdict, _ in decisions)
    return [
        *above(artifact, health),
        "",
        *(
            f"{mark} {name:<9} {verdict.ljust(width)}  {summary}"
            for mark, name, verdict, summary in decisions
        ),
        *below(artifact),
    ]


def above(artifact: Mapping[str, Any], health: Mapping[str, Any]) -> list[str]:
    """Return the lines above the decisions."""
    return [headline(health), f"status: {artifact['status']}"]


def rows(artifact: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return a row per decision: a mark where it is unclear, name, verdict, summary."""
    return [
        (
            " " if decision["is_clear"] else "?",
            name,
            decision["verdict"],
            decision["summary"],
        )
        for name, decision in artifact["decisions"].items()
    ]


def below(artifact: Mapping[str, Any]) -> list[str]:
    """Return the warnings below the decisions, and what could take over."""
    fired = [rule["meaning"] for rule in artifact["stop_ship"] if rule["fired"]]
    doubted = [
        reason for reason in artifact["status_reasons"] if "track_record" in reason
    ]
    return [
        *(f"! stop ship: {meaning}" for meaning in fired),
        *(
            line if line.startswith(" ") else f"! {line}"
            for line in failover.lines(artifact.get("failover", ()))
        ),
        *(f"! {reason}" for reason in doubted),
    ]


def headline(health: Mapping[str, Any]) -> str:
    """Return all of the retained traffic in one line."""
    return (
        f"{health['interactions']:,} interactions "
        f"({health['operations']:,} operations) "
        f"in {health['sessions']:,} sessions over the whole period: "
        f"{percent(health['failure_rate'])} failed, "
        f"{_latency(health)}, "
        f"{number(health['cost_usd'])} USD"
    )


def _latency(health: Mapping[str, Any]) -> str:
    if health["p95_latency_ms"] is None:
        return "latency unknown"
    breached = f"{percent(health['sla_breach_rate'])} breached the SLA"
    return f"{breached}, p95 {number(health['p95_latency_ms'])} ms"


def _is_known(estimate: Estimate | None) -> bool:
    return estimate is not None and isfinite(estimate.value)


def _spoken(estimate: Estimate) -> str:
    low, high = number(estimate.low), number(estimate.high)
    return f"{estimate.value + 0.0:+.3g} ({low} to {high})"
