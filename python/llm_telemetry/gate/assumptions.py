"""What a comparison of two versions takes for granted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from llm_telemetry.decisions.types import Row
from llm_telemetry.gate import GateDecision


def of_versions(comparison: Mapping[str, Any], decided: GateDecision) -> list[Row]:
    """Return the assumptions of two versions in one log, and what speaks for them."""
    overlap = time_overlap(comparison["baseline"], comparison["candidate"])
    split = (
        "the sessions on each side were tested against the expected share"
        if decided.sample_ratios
        else "no expected share was given to test the split of sessions against"
    )
    return [
        _row("within a slice, chance decided which session got which version", split),
        _row(
            "both versions served under the same conditions at the same time",
            "it is unknown when they served"
            if overlap is None
            else f"{overlap:.0%} of the candidate's time is also the baseline's",
            checked=overlap is not None,
        ),
        _row("sessions do not influence each other", "the variance counts sessions"),
    ]


def of_artifacts(comparison: Mapping[str, Any]) -> list[Row]:
    """Return what could make the comparison of two artifacts unfair."""
    ends = (comparison[side]["ends_at"] for side in ("baseline", "candidate"))
    return [
        _row(
            "both runs met the same mix of use cases and account tiers",
            "no slices to weigh: a change of mix looks like a release",
        ),
        _row(
            "the two logs share no session",
            f"the data end at {' and '.join(map(str, ends))}",
        ),
        _row("unknown outcomes, latencies and costs are like the known", "not bounded"),
    ]


def time_overlap(baseline: Row, candidate: Row) -> float | None:
    """Return the share of the candidate's time in which the baseline served too."""
    times = [side[end] for side in (baseline, candidate) for end in _ENDS]
    if None in times:
        return None
    start0, end0, start1, end1 = (datetime.fromisoformat(time) for time in times)
    length = (end1 - start1).total_seconds()
    common = (min(end0, end1) - max(start0, start1)).total_seconds()
    return max(0.0, common) / length if length else float(start0 <= start1 <= end0)


_ENDS = ("starts_at", "ends_at")


def _row(assumption: str, evidence: str, *, checked: bool = False) -> Row:
    status = "checked" if checked else "untestable"
    return {"assumption": assumption, "status": status, "evidence": evidence}
