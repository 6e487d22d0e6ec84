"""The gate's verdict as JSON, and as a screen of text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from llm_telemetry.decisions.types import Row, plain
from llm_telemetry.gate import GateDecision
from llm_telemetry.gate.boundaries import Looks
from llm_telemetry.gate.guards import Guard
from llm_telemetry.gate.slice_quality import WORST_SLICE

SCHEMA_VERSION = "1.0"
EXIT_CODES = {"pass": 0, "fail": 1, "could_not_tell": 3}


def document(
    decision: GateDecision,
    comparison: Mapping[str, Any],
    looks: Looks,
    assumptions: Iterable[Row],
    knobs: Iterable[Row],
) -> dict[str, Any]:
    """Return the gate's result in the form of release_gate.schema.json."""
    written: dict[str, Any] = plain(
        {
            "schema_version": SCHEMA_VERSION,
            "verdict": decision.verdict,
            "exit_code": EXIT_CODES[decision.verdict],
            "reasons": list(decision.reasons),
            "comparison": {**comparison, "covered_share": decision.covered_share},
            "looks": {
                "kind": looks.kind,
                "look": looks.look,
                "looks": looks.looks,
                "confidence": decision.confidence,
                "reach": decision.reach,
            },
            "guards": [_guard(guard) for guard in decision.guards],
            "slices": [asdict(one) for one in decision.slices],
            "sample_ratios": [asdict(one) for one in decision.sample_ratios],
            "diagnostics": list(decision.diagnostics),
            "assumptions": list(assumptions),
            "knobs": list(knobs),
        }
    )
    return written


def screen(content: Mapping[str, Any]) -> list[str]:
    """Return the lines that a person reads."""
    comparison, looks = content["comparison"], content["looks"]
    sides = [comparison["baseline"], comparison["candidate"]]
    return [
        f"release gate: {comparison['by']} {sides[1]['name']} against "
        f"{sides[0]['name']}: {content['verdict'].replace('_', ' ').upper()}",
        _traffic(comparison),
        _looks(looks),
        "",
        *_table(content["guards"]),
        *([""] if content["reasons"] else []),
        *(f"! {_explained(content, reason)}" for reason in content["reasons"]),
    ]


def _guard(guard: Guard) -> dict[str, Any]:
    return {
        "guard": guard.rule.guard,
        "status": guard.status,
        "unit": guard.rule.unit,
        "baseline": guard.baseline,
        "candidate": guard.candidate,
        "difference": guard.difference,
        "low": guard.low,
        "high": guard.high,
        "limit": guard.rule.limit,
        "higher_is_worse": guard.rule.sign > 0,
        "reasons": list(guard.reasons),
        "interactions_needed": guard.interactions_needed,
        "status_by_missing": dict(guard.statuses or {}),
    }


def _traffic(comparison: Mapping[str, Any]) -> str:
    candidate, baseline = comparison["candidate"], comparison["baseline"]
    mix = (
        f"{comparison['covered_share']:.0%} of the baseline's traffic has a counterpart"
        if comparison["covered_share"] is not None
        else "as measured, not on one slice mix"
    )
    return (
        f"{candidate['interactions']:,} interactions in {candidate['sessions']:,} "
        f"sessions against {baseline['interactions']:,} in "
        f"{baseline['sessions']:,}; {mix}"
    )


def _looks(looks: Mapping[str, Any]) -> str:
    how = {
        "single": "one look",
        "scheduled": f"look {looks['look']} of {looks['looks']} (O'Brien-Fleming)",
        "ad_hoc": "looks at any time (confidence sequence)",
    }[looks["kind"]]
    reach = "none" if looks["reach"] is None else f"{looks['reach']:.2f}"
    return (
        f"{looks['confidence']:.0%} intervals for {how}: {reach} standard errors; "
        "sessions, not interactions, count"
    )


def _table(guards: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line per guard, and below that of the worst slice which one it is."""
    header = ("", "guard", "baseline", "candidate", "difference", "interval", "limit")
    head, *lines = _aligned([header, *map(_cells, guards)])
    pairs = zip(lines, map(_slice, guards), strict=True)
    return [head, *(line for pair in pairs for line in pair if line)]


def _slice(guard: Mapping[str, Any]) -> str:
    if guard["guard"] != WORST_SLICE:
        return ""
    if guard["status"] == "not_measured":
        return "     no slice has enough traffic on both sides"
    return f"     in {guard['reasons'][0]}"


def _cells(guard: Mapping[str, Any]) -> tuple[str, ...]:
    mark = {"fail": "x", "unknown": "?"}
    values = [_level(guard["guard"], guard[key]) for key in ("baseline", "candidate")]
    sign = "<=" if guard["higher_is_worse"] else ">="
    return (
        mark.get(guard["status"], " "),
        guard["guard"],
        *values,
        _change(guard["unit"], guard["difference"]),
        _interval(guard),
        f"{sign} {_change(guard['unit'], guard['limit'])}",
        guard["status"].replace("_", " "),
    )


def _level(guard: str, value: float | None) -> str:
    if value is None:
        return "-"
    if guard.endswith("failure_rate") or guard.endswith("breach_rate"):
        return f"{value:.2%}"
    return f"{value:,.0f}" if guard.endswith("_ms") else f"{value:.4g}"


def _interval(guard: Mapping[str, Any]) -> str:
    """Return the interval, in the unit of the difference."""
    ends = (_change(guard["unit"], guard[end]).split(" ")[0] for end in ("low", "high"))
    return " to ".join(ends)


def _change(unit: str, value: float | None) -> str:
    if value is None:
        return "?"
    if unit == "difference":
        return f"{100 * value:+.2f} pp"
    if unit == "share of the baseline":
        return f"{value:+.1%}"
    return f"{value:+,.0f} ms" if unit == "ms" else f"{value:.4g} {unit}"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the rows with the first two columns and the last to the left."""
    columns = max(map(len, rows))
    full = [(*row, *[""] * (columns - len(row))) for row in rows]
    widths = [max(len(row[place]) for row in full) for place in range(columns)]
    left = {0, 1, columns - 1}
    return [
        "  ".join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in full
    ]


def _explained(content: Mapping[str, Any], reason: str) -> str:
    """Return a reason with its numbers, and what would settle it."""
    name = reason.split(":")[0]
    for one in content["diagnostics"]:
        if one["name"] == name:
            limit = f"limit {one['limit']:.4g}"
            return f"{name.replace('_', ' ')}: {one['value']:.4g}, {limit}"
    for guard in content["guards"]:
        if guard["guard"] == name and guard["interactions_needed"]:
            wanted = f"about {guard['interactions_needed']:,} of the candidate"
            return f"{reason.replace('_', ' ')}: {wanted} would do"
    return reason.replace("_", " ")
