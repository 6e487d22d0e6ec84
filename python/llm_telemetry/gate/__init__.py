"""May this release go out? Candidate against baseline, guard by guard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from llm_telemetry.decisions.types import check
from llm_telemetry.gate.boundaries import Looks
from llm_telemetry.gate.contrasts import Evidence
from llm_telemetry.gate.guards import (
    Bars,
    Guard,
    Rule,
    is_measured,
    judge,
    rules,
    scenarios,
)
from llm_telemetry.gate.reviewed_quality import Reviewed
from llm_telemetry.gate.reviewed_quality import judge as judge_reviewed
from llm_telemetry.gate.sample_ratio import SampleRatio, sample_ratios
from llm_telemetry.gate.slice_quality import SliceQuality, judge_slices, slice_rule
from llm_telemetry.gate.standardised import Aligned, align

# one guard is about single slices
GUARDS_OF_SLICES = 1


@dataclass(frozen=True)
class Version:
    """One version's rows of marts.release_slices and marts.release_latencies."""

    name: str
    cells: pd.DataFrame
    latencies: pd.DataFrame

    @property
    def sessions(self) -> int:
        """Return the sessions, one that spans slices once in each."""
        return int(self.cells["sessions"].sum())

    @property
    def interactions(self) -> int:
        """Return the interactions."""
        return int(self.cells["interactions"].sum())


@dataclass(frozen=True)
class GateDecision:
    """pass, fail or could_not_tell, with its evidence."""

    verdict: str
    reasons: tuple[str, ...]
    guards: tuple[Guard, ...]
    slices: tuple[SliceQuality, ...]
    sample_ratios: tuple[SampleRatio, ...]
    diagnostics: tuple[dict[str, Any], ...]
    covered_share: float | None
    reach: float
    confidence: float


def decide(
    baseline: Version,
    candidate: Version,
    knobs: Mapping[str, float],
    *,
    looks: Looks,
    expected_share: float | None = None,
    reviewed: Reviewed | None = None,
) -> GateDecision:
    """Compare a candidate with a baseline on the baseline's slice mix.

    ``expected_share`` is the candidate's planned share of both versions' sessions;
    None where traffic was not split by plan. ``reviewed`` is what reviews of both
    versions say, where a rate is stated.
    """
    aligned = align(
        baseline.cells,
        candidate.cells,
        min_sessions=knobs["release_min_slice_sessions"],
    )
    evidence = Evidence(aligned, baseline.latencies, candidate.latencies)
    ratios = _ratios(baseline, candidate, aligned, knobs, expected_share)
    diagnostics = _diagnostics(baseline, candidate, aligned, ratios, knobs)
    refused = tuple(one["name"] for one in diagnostics if one["is_met"] is False)
    far = _bars(aligned, knobs, looks)
    guards, slices = _judged(evidence, candidate, knobs, far)
    if reviewed is not None:
        guards.append(judge_reviewed(reviewed, knobs, far))
    return GateDecision(
        verdict="could_not_tell" if refused else verdict(guards),
        reasons=refused or reasons(guards),
        guards=tuple(guards),
        slices=tuple(slices),
        sample_ratios=tuple(ratios),
        diagnostics=tuple(diagnostics),
        covered_share=aligned.covered_share,
        reach=far.passing(aligned.clusters),
        confidence=knobs["release_confidence"],
    )


def bars(knobs: Mapping[str, float], looks: Looks, sessions: float, tests: int) -> Bars:
    """Return the error rates of the intervals; ``tests`` guards share false blocks."""
    return Bars(
        looks=looks,
        pass_alpha=1 - knobs["release_confidence"],
        # a guard fails on one side only
        fail_alpha=2 * knobs["release_false_block_rate"] / tests,
        sessions=sessions,
        min_covered_share=knobs["release_min_covered_share"],
    )


def verdict(guards: Sequence[Guard]) -> str:
    """Return the release's verdict: any guard can fail it, and all have to pass.

    Of slices and of reviews no proof is required: not_shown_worse stops no release.
    """
    statuses = {guard.status for guard in guards}
    if "fail" in statuses:
        return "fail"
    return "could_not_tell" if "unknown" in statuses else "pass"


def reasons(guards: Sequence[Guard]) -> tuple[str, ...]:
    """Return why a release does not pass."""
    return tuple(
        f"{guard.rule.guard}: {'worse' if guard.status == 'fail' else reason}"
        for guard in guards
        if guard.status in ("fail", "unknown")
        for reason in guard.reasons[:1] or ("worse",)
    )


def _bars(aligned: Aligned, knobs: Mapping[str, float], looks: Looks) -> Bars:
    sessions = aligned.baseline.sessions + aligned.candidate.sessions
    tests = len(_asked(aligned, knobs)) + GUARDS_OF_SLICES
    return bars(knobs, looks, sessions, tests)


def _asked(aligned: Aligned, knobs: Mapping[str, float]) -> list[Rule]:
    return [rule for rule in rules(knobs).values() if is_measured(rule, aligned)]


def _judged(
    evidence: Evidence, candidate: Version, knobs: Mapping[str, float], far: Bars
) -> tuple[list[Guard], list[SliceQuality]]:
    guards = [
        judge(
            rule,
            scenarios(rule.guard, evidence),
            far,
            interactions=candidate.interactions,
        )
        for rule in _asked(evidence.aligned, knobs)
    ]
    by_slice, slices = judge_slices(
        slice_rule(knobs),
        evidence,
        far,
        min_interactions=knobs["min_requests_slice"],
    )
    return [*guards, by_slice], slices


def _ratios(
    baseline: Version,
    candidate: Version,
    aligned: Aligned,
    knobs: Mapping[str, float],
    expected_share: float | None,
) -> list[SampleRatio]:
    if expected_share is None:
        return []
    return sample_ratios(
        (baseline.cells, candidate.cells),
        aligned,
        expected=expected_share,
        limit=knobs["release_min_sample_ratio_p_value"],
    )


def _diagnostics(
    baseline: Version,
    candidate: Version,
    aligned: Aligned,
    ratios: Sequence[SampleRatio],
    knobs: Mapping[str, float],
) -> list[dict[str, Any]]:
    """Return the conditions under which the guards are valid."""
    fewest = min(baseline.sessions, candidate.sessions)
    few, covered = knobs["release_min_sessions"], knobs["release_min_covered_share"]
    share = aligned.covered_share
    found = [
        check("too_few_sessions", fewest, few, fewest >= few),
        check("too_few_common_slices", share, covered, share >= covered),
    ]
    if not ratios:
        return [*found, check("sample_ratio_mismatch", None, None, None)]
    worst = min(ratios, key=lambda one: one.p_value / one.p_value_limit)
    limit = worst.p_value_limit
    mismatch = check("sample_ratio_mismatch", worst.p_value, limit, worst.is_met)
    return [*found, mismatch]
