"""Whether some slice got worse, which the average would hide."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import nan

from llm_telemetry.gate.contrasts import MISSING, Evidence, rate_contrast
from llm_telemetry.gate.guards import Bars, Guard, Rule

WORST_SLICE = "worst_slice_failure_rate"


@dataclass(frozen=True)
class SliceQuality:
    """The failure rate of one slice on both sides; worse, no_worse or undecided."""

    use_case: str
    account_tier: str
    status: str
    baseline: float
    candidate: float
    difference: float
    low: float
    high: float
    baseline_interactions: int
    candidate_interactions: int


def slice_rule(knobs: Mapping[str, float]) -> Rule:
    """Return the rule that no slice's failure rate rises by more than so much."""
    limit = knobs["release_max_slice_failure_increase"]
    return Rule(WORST_SLICE, "difference", limit)


def judge_slices(
    rule: Rule, evidence: Evidence, bars: Bars, *, min_interactions: float
) -> tuple[Guard, list[SliceQuality]]:
    """Return the guard and every slice with enough traffic on both sides, worst first.

    A safety net below the guards of the whole: it fails where a slice is shown to be
    worse by more than the limit, with the rate of false blocks divided among the
    slices (Bonferroni). It does not require proof that no slice is: it passes where
    every slice is shown not to be, and is not_shown_worse in between.
    """
    parts = [
        part
        for position in range(len(evidence.aligned.slices))
        if _enough(part := _alone(evidence, position), min_interactions)
    ]
    judged = [_judge(rule, part, bars, tests=len(parts)) for part in parts]
    judged.sort(key=lambda one: (-one.low, one.use_case, one.account_tier))
    if not judged:
        return Guard(rule, "not_measured", *(nan,) * 5, reasons=("small_slices",)), []
    worse = [one for one in judged if one.status == "worse"]
    shown = (worse or judged)[0]
    is_ruled_out = all(one.status == "no_worse" for one in judged)
    guard = Guard(
        rule=rule,
        status="fail" if worse else "pass" if is_ruled_out else "not_shown_worse",
        baseline=shown.baseline,
        candidate=shown.candidate,
        difference=shown.difference,
        low=shown.low,
        high=shown.high,
        reasons=(f"{shown.use_case} x {shown.account_tier}",),
    )
    return guard, judged


def _alone(evidence: Evidence, position: int) -> Evidence:
    return replace(evidence, aligned=evidence.aligned.alone(position))


def _enough(part: Evidence, min_interactions: float) -> bool:
    sides = (part.aligned.baseline, part.aligned.candidate)
    fewest = min(float(side.counts["known_outcomes"].sum()) for side in sides)
    return fewest >= min_interactions


def _judge(rule: Rule, part: Evidence, bars: Bars, *, tests: int) -> SliceQuality:
    found = {kind: rate_contrast(part, "failures", kind) for kind in MISSING}
    shown = found[MISSING[0]]
    low, high = shown.bounds(bars.passing(shown.clusters))
    far = bars.failing(shown.clusters, shared_by=tests)
    # whatever the unknown outcomes were
    is_worse = all(one.bounds(far)[0] > rule.limit for one in found.values())
    is_no_worse = all(
        one.bounds(bars.passing(one.clusters))[1] <= rule.limit
        for one in found.values()
    )
    (use_case, account_tier), sides = (
        part.aligned.slices[0],
        (part.aligned.baseline, part.aligned.candidate),
    )
    sizes = [int(side.counts["known_outcomes"].sum()) for side in sides]
    return SliceQuality(
        use_case=use_case,
        account_tier=account_tier,
        status="worse" if is_worse else "no_worse" if is_no_worse else "undecided",
        baseline=shown.baseline,
        candidate=shown.candidate,
        difference=shown.difference,
        low=low,
        high=high,
        baseline_interactions=sizes[0],
        candidate_interactions=sizes[1],
    )
