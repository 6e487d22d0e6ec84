"""What a bundle shows in words: its status, and estimates in the unit of a reader."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from llm_telemetry.artifact.wording import (
    grid,
    multiple,
    number,
    percent,
    points,
    with_interval,
)

# of the whole bundle
MEANINGS = {
    "ok": "Every verdict is clear.",
    "review_required": "A person has to review this before anything ships.",
    "blocked": "A stop-ship rule fired: nothing may ship.",
}

PRICED = "with failures and SLA breaches at their prices"
# in the order of the table; the other estimates are in the artifact only
LABELS: dict[str, dict[str, str]] = {
    "routing": {
        r"shippable\.doubly_robust\.unit_cost_delta": f"change in cost, {PRICED}",
        r"shippable\.doubly_robust\.cash_delta": "change in cash alone",
        r"shippable\.doubly_robust\.failure_rate_delta": "change in the failure rate",
        r"limits\.(.+)\.unit_cost_delta": rf"\1: cost of meeting its limits, {PRICED}",
    },
    "triage": {
        "cost_minus_best_trivial_usd": "change in cost of the best rule compared with "
        "the cheaper of reviewing all and none, with reviews and missed failures at "
        "their prices",
        "observed_over_expected": "failures, as a multiple of those that the scores "
        "predict",
    },
    "drift": {
        "observed_over_expected": "failures, as a multiple of what the model "
        "fitted on history predicts",
        r"history_to_evaluation\.failure_rate_change": "change in the failure rate, "
        "history to evaluation",
        r"reference_to_current\.failure_rate_change": "change in the failure rate, "
        "reference window to current window of drift",
        r"(\w+)\.(\w+)\.psi": r"\2: PSI, \1",
    },
    "budget": {
        r"(\w+)_burn_rate_(\d+)d": r"\1: \2-day burn rate (1x spends the budget "
        "exactly)",
        "cost_proposed_budget_rate": "cost: daily budget that would have been met",
        r"(\w+)_proposed_budget_rate": r"\1: budget that would have been met",
        "month_to_date_cost_usd": "cash spent in the month so far",
        "month_end_cost_usd": "forecast of the month's cash (90 % interval)",
        "month_over_budget_probability": "probability of exceeding the month's budget",
        "failure_rate": "failure rate of attempts, whole period",
        "sla_breach_rate": "SLA breach rate of attempts, whole period",
        "cost_usd": "cash per attempt, whole period",
        "p95_latency_ms": "95th percentile of latency of attempts, whole period",
    },
}
ENDS = {"": "value", "_low": "low", "_high": "high"}
# failures per interaction and shares are percentages, their changes points
SHARES = ("failures per", "SLA breaches per", "share of", "probability")


def table(decision: str, estimates: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the estimates of a decision that have words, in their order."""
    return grid(("estimate", "value (95 % interval)"), named(decision, estimates))


def named(
    decision: str, estimates: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Return the words and the value of each estimate that has words."""
    return [
        (label, spoken(key, estimates[key]))
        for pattern, words in LABELS.get(decision, {}).items()
        for key in estimates
        if (label := _label(pattern, words, key))
        # a pattern of several names comes last
        and _first(decision, key) == pattern
    ]


def words(decision: str, key: str) -> str:
    """Return the words of an estimate, its name where it has none."""
    pattern = _first(decision, key)
    return _label(pattern, LABELS[decision][pattern], key) if pattern else key


def spoken(key: str, one: Mapping[str, Any]) -> str:
    """Return a value with its interval and its unit."""
    unit = str(one["unit"])
    ends = {f"value{end}": one[name] for end, name in ENDS.items()}
    if key.endswith("cash_delta"):
        # a call costs a fraction of a cent
        unit = "USD per 1,000 interactions"
        ends = {name: None if end is None else 1000 * end for name, end in ends.items()}
    form, after = _form(key, unit)
    return f"{with_interval(ends, 'value', form)}{after}"


def _form(key: str, unit: str) -> tuple[Callable[[float | None], str], str]:
    if unit.startswith(SHARES):
        is_change = key.endswith(("_delta", "_change"))
        return (points, " percentage points") if is_change else (percent, "")
    if unit == "multiple of the budget" or unit == "ratio":
        return multiple, ""
    # the label says which interval it is
    is_plain = unit in ("slope", "p-value", "PSI")
    return number, "" if is_plain else f" {unit.split(';')[0]}"


def _first(decision: str, key: str) -> str | None:
    return next((p for p in LABELS[decision] if re.fullmatch(p, key)), None)


def _label(pattern: str, words: str, key: str) -> str:
    found = re.fullmatch(pattern, key)
    return found.expand(words) if found else ""
