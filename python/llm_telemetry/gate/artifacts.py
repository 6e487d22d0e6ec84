"""Two DecisionArtifacts of different runs, compared by the estimates they carry."""

from collections.abc import Mapping
from math import inf, nan
from typing import Any

from scipy import stats

from llm_telemetry.decisions.types import Row, check
from llm_telemetry.gate import GateDecision, bars, reasons, verdict
from llm_telemetry.gate.boundaries import Looks
from llm_telemetry.gate.contrasts import MISSING, Contrast, of_means, of_rates
from llm_telemetry.gate.guards import Bars, Guard, Rule, judge, rules
from llm_telemetry.gate.standardised import Mean, Rate, difference_bounds

Estimate = Mapping[str, Any]

# estimates with other values of these knobs measure something else
SAME_KNOBS = ("sla_ms",)


def decide_artifacts(
    baseline: Mapping[str, Any], candidate: Mapping[str, Any], *, looks: Looks
) -> GateDecision:
    """Compare the estimates of two runs, by the knobs of the candidate.

    They are neither standardised to one slice mix, nor compared by slice, nor bounded
    for missing values, as an artifact does not contain enough for that. Raises KeyError
    if an artifact lacks a knob.
    """
    knobs = numbers_of(candidate)
    compared = [rule for name, rule in rules(knobs).items() if name != "quality_score"]
    ours, theirs = _estimates(baseline), _estimates(candidate)
    sessions = min(_clusters(ours), _clusters(theirs))
    far = bars(knobs, looks, sessions, len(compared))
    groups = int(knobs["session_groups"])
    guards = [_judged(rule, ours, theirs, far, groups) for rule in compared]
    diagnostics = _diagnostics(numbers_of(baseline), knobs, sessions)
    refused = tuple(one["name"] for one in diagnostics if one["is_met"] is False)
    return GateDecision(
        verdict="could_not_tell" if refused else verdict(guards),
        reasons=refused or reasons(guards),
        guards=tuple(guards),
        slices=(),
        sample_ratios=(),
        diagnostics=tuple(diagnostics),
        covered_share=None,
        reach=far.passing(min(groups, sessions)),
        confidence=knobs["release_confidence"],
    )


def traffic_of(artifact: Mapping[str, Any]) -> Row:
    """Return what an artifact is based on, named by the first digits of its id."""
    rate = _estimates(artifact).get("failure_rate") or {}
    return {
        "name": str(artifact["decision_id"])[:12],
        "interactions": rate.get("n"),
        "sessions": rate.get("clusters"),
        "starts_at": None,
        "ends_at": artifact["as_of"],
    }


def numbers_of(artifact: Mapping[str, Any]) -> dict[str, float]:
    """Return the knobs of an artifact that are numbers."""
    knobs = {row["knob"]: row["setting"] for row in artifact["knobs"]}
    return {
        knob: float(setting)
        for knob, setting in knobs.items()
        if not isinstance(setting, str)
    }


def _estimates(artifact: Mapping[str, Any]) -> Mapping[str, Estimate]:
    found: Mapping[str, Estimate] = artifact["decisions"]["budget"]["estimates"]
    return found


def _clusters(estimates: Mapping[str, Estimate]) -> int:
    return int((estimates.get("failure_rate") or {}).get("clusters") or 0)


def _diagnostics(
    baseline: Mapping[str, float], candidate: Mapping[str, float], sessions: int
) -> list[Row]:
    few = candidate["release_min_sessions"]
    return [
        check("too_few_sessions", sessions, few, sessions >= few),
        *(
            check(
                f"different_{name}",
                baseline[name],
                candidate[name],
                baseline[name] == candidate[name],
            )
            for name in SAME_KNOBS
        ),
    ]


def _judged(
    rule: Rule,
    ours: Mapping[str, Estimate],
    theirs: Mapping[str, Estimate],
    far: Bars,
    groups: int,
) -> Guard:
    name = {"cost_budget_usd": "cost_usd", "p95_budget_ms": "p95_latency_ms"}.get(
        rule.guard, rule.guard
    )
    pair = ours.get(name), theirs.get(name)
    if any(one is None or one["value"] is None for one in pair):
        gaps = (nan,) * 5
        return Guard(rule, "unknown", *gaps, reasons=("not_in_the_artifact",))
    baseline, candidate = (one for one in pair if one is not None)
    clusters = min(
        groups, *(int(one["clusters"] or 0) for one in (baseline, candidate))
    )
    contrast = _contrast(rule.guard, baseline, candidate, clusters)
    return judge(
        rule, {MISSING[0]: contrast}, far, interactions=float(candidate["n"] or 0)
    )


def _contrast(
    guard: str, baseline: Estimate, candidate: Estimate, clusters: int
) -> Contrast:
    if guard in ("failure_rate", "sla_breach_rate"):
        return of_rates(_rate(baseline), _rate(candidate), clusters, 1.0)
    if guard == "cost_usd":
        return of_means(_mean(baseline), _mean(candidate), clusters, 1.0)
    value = float(candidate["value"])
    if guard in ("cost_budget_usd", "p95_budget_ms"):
        return Contrast(
            baseline=nan,
            candidate=value,
            difference=value,
            bounds=lambda reach: _stretched(candidate, reach)[1:],
            clusters=clusters,
            covered_share=1.0,
        )
    return Contrast(
        baseline=float(baseline["value"]),
        candidate=value,
        difference=value - float(baseline["value"]),
        bounds=lambda reach: difference_bounds(
            _stretched(baseline, reach), _stretched(candidate, reach)
        ),
        clusters=clusters,
        covered_share=1.0,
    )


def _rate(estimate: Estimate) -> Rate:
    value, se = float(estimate["value"]), estimate["se"]
    # without an error, a session counts once
    trials = value * (1 - value) / se**2 if se else float(estimate["clusters"] or 0)
    return Rate(value, trials)


def _mean(estimate: Estimate) -> Mean:
    return Mean(float(estimate["value"]), float(estimate["se"] or nan))


def _stretched(estimate: Estimate, reach: float) -> tuple[float, float, float]:
    """Return value, low and high of an estimate as far out as another reach."""
    value, low, high = (estimate[key] for key in ("value", "low", "high"))
    scale = reach / float(stats.norm.ppf(0.975))
    return (
        float(value),
        -inf if low is None else value - (value - low) * scale,
        inf if high is None else value + (high - value) * scale,
    )
