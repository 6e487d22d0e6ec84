"""The decisions in words: the README of the bundle and the table on the screen."""

from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any

from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.reasons import explained
from llm_telemetry.routing import RoutingDecision
from llm_telemetry.routing.output.words import outlook
from llm_telemetry.triage import TriageDecision

TRIAGE_ADVICE = {
    "review_all": "review every answer: no cheaper rule is proven",
    "review_none": "review nothing: a review costs more than it saves",
    "threshold": "review what scores at or above the threshold",
    "topk": "review the top of each day's queue, as far as capacity goes",
    "refuse": "keep today's review practice: the data cannot say",
}
MEANINGS = {
    "ok": "Every verdict is a clear yes.",
    "review_required": "A person has to look before anything ships.",
    "blocked": "A stop-ship rule fired: nothing ships.",
}

LABELS = (
    "A finding is a slice and the metric that it was flagged for; those whose excess "
    "events cost most come first. `costly`: the 95 % interval of the net is above 0. "
    "`failing` and `slow`: more failures or SLA breaches than elsewhere, but no net "
    "loss is proven. Knobs price failures and SLA breaches; only cash is billed."
)


def routing_summary(decided: RoutingDecision) -> str:
    """Say how much is routed, and what the policy that could be judged would change."""
    estimate = decided.estimates.get("shippable.doubly_robust.unit_cost_delta")
    advised = int((decided.policy["recommendation"] != "keep_baseline").sum())
    verb = "shadow" if decided.recommendation == "shadow" else "route"
    routed = f"{advised} of {len(decided.policy)} use cases to {verb}"
    limits = "".join(map(_spoken_limit, decided.estimates.items()))
    if decided.verdict == "refuse":
        return f"{routed}; these calls cannot show what a change would do{limits}"
    if estimate is None or not _is_known(estimate):
        return f"{routed}; effect of a change: unknown{limits}"
    power = {row["measure"]: row["value"] for row in decided.basis.power}
    needed = power.get("rows_to_settle_a_worthwhile_change")
    more = outlook(estimate, needed, power.get("worthwhile_usd", 0.0))
    return (
        f"{routed}; would change {_spoken(estimate)} USD per interaction{more}{limits}"
    )


def _spoken_limit(named: tuple[str, Estimate]) -> str:
    """Return what keeping its limits costs a use case, or nothing for others."""
    name, estimate = named
    if not name.startswith("limits.") or not _is_known(estimate):
        return ""
    use_case = name.removeprefix("limits.").removesuffix(".unit_cost_delta")
    return f"; keeping the limits of {use_case} costs {_spoken(estimate)} USD per call"


def triage_summary(decided: TriageDecision) -> str:
    """Say what the policy saves, or what the best alternative to a trivial one would.

    A trivial policy, which reviews all answers or none, saves nothing against itself.
    """
    queued = decided.queue["action_review"].sum() if len(decided.queue) else 0
    reviewed = f"{queued:,} of {len(decided.queue):,} answers to review"
    estimate = decided.estimates.get("cost_minus_best_trivial_usd")
    if estimate is None or not _is_known(estimate):
        return f"{reviewed}; what a review policy would save is unknown"
    value = decided.policy["value"]
    against = {"review_all": "reviewing all", "review_none": "reviewing none"}
    trivial = against[value["best_trivial"]]
    # a saving is a negative difference of cost
    ends = sorted((-estimate.low + 0.0, -estimate.high + 0.0))
    saved = f"{-estimate.value + 0.0:.3g} ({_number(ends[0])} to {_number(ends[1])})"
    saved = f"{saved} USD per interaction against {trivial}"
    if decided.verdict == "refuse":
        return f"{reviewed}; {value['policy']} would save {saved}"
    if decided.verdict not in against:
        return f"{reviewed}; saves {saved}"
    if estimate.value >= 0:
        return f"{reviewed}; no rule would save anything against {trivial}"
    rule = f"the best rule, {value['policy']}, would save {saved}"
    return f"{reviewed}; {rule}, but it is not certified"


def table(artifact: Mapping[str, Any], health: Mapping[str, Any]) -> list[str]:
    """Return the lines that a person reads in the terminal."""
    lines = [_headline(health), f"status: {artifact['status']}", ""]
    decisions = artifact["decisions"]
    width = max(len(decision["verdict"]) for decision in decisions.values())
    for name, decision in decisions.items():
        mark = " " if decision["is_clear"] else "?"
        verdict = decision["verdict"].ljust(width)
        lines.append(f"{mark} {name:<9} {verdict}  {decision['summary']}")
    fired = [rule["meaning"] for rule in artifact["stop_ship"] if rule["fired"]]
    doubted = [
        reason for reason in artifact["status_reasons"] if "track_record" in reason
    ]
    return [
        *lines,
        *(f"! stop ship: {meaning}" for meaning in fired),
        *(f"! {reason}" for reason in doubted),
    ]


def readme(artifact: Mapping[str, Any], health: Mapping[str, Any]) -> str:
    """Return the page that the person who approves reads first."""
    parts = [
        "# Decisions",
        f"{_headline(health)}.",
        _scope(artifact["scope"], artifact["inputs"]),
        f"**Status: `{artifact['status']}`.** {MEANINGS[artifact['status']]}",
        _bullets(artifact["status_reasons"]),
        *(_section(name, decision) for name, decision in artifact["decisions"].items()),
        "## Stop-ship rules",
        _grid(
            ("rule", "fired", "value", "limit", "meaning"),
            [
                (
                    rule["rule"],
                    "yes" if rule["fired"] else "no",
                    _number(rule["value"]),
                    _number(rule["limit"]),
                    rule["meaning"],
                )
                for rule in artifact["stop_ship"]
            ],
        ),
        *_track_record(artifact["track_record"]),
        "## Windows",
        _windows(artifact["windows"]),
        "## Integrity",
        _integrity(artifact["integrity"]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _scope(scope: Mapping[str, Any], inputs: Iterable[Mapping[str, Any]]) -> str:
    """Say from which calls and rows; the folder would make the bytes depend on it."""
    rows = ", ".join(f"{table['name']} {table['rows']:,}" for table in inputs)
    first, last = (
        str(scope[end] or "unknown")[:10] for end in ("starts_at", "ends_at")
    )
    return f"Calls from {first} to {last} UTC; rows read: {rows}."


def _headline(health: Mapping[str, Any]) -> str:
    return (
        f"{health['interactions']:,} interactions "
        f"({health['operations']:,} operations) "
        f"in {health['sessions']:,} sessions, "
        f"{_percent(health['failure_rate'])} failed, "
        f"{_latency(health)}, "
        f"{_number(health['cost_usd'])} USD"
    )


def _latency(health: Mapping[str, Any]) -> str:
    if health["p95_latency_ms"] is None:
        return "latency unknown"
    breached = f"{_percent(health['sla_breach_rate'])} breached the SLA"
    return f"{breached}, p95 {_number(health['p95_latency_ms'])} ms"


def _section(name: str, decision: Mapping[str, Any]) -> str:
    parts = [
        f"## {name.capitalize()}: `{decision['verdict']}`",
        f"{_sentence(decision['recommendation'])} In numbers: {decision['summary']}.",
        _bullets(explained(reason, name) for reason in decision["reasons"]),
        _findings(decision) if name == "hotspots" else _estimates(decision),
    ]
    return "\n\n".join(part for part in parts if part)


def _estimates(decision: Mapping[str, Any]) -> str:
    cells = [
        (key, _number(one["value"]), _interval(one), one["unit"])
        for key, one in decision["estimates"].items()
    ]
    return _grid(("estimate", "value", "95 % interval", "unit"), cells)


def _findings(decision: Mapping[str, Any]) -> str:
    """Return a line per slice and metric, prices and cash apart."""
    cells = [
        (
            f"{one['slice']}.{one['metric']}",
            one["label"],
            _with_interval(one, "rate", _percent),
            _percent(one["complement_rate"]),
            f"{_number(one['metric_usd'])} ({_number(one['usd_per_event'])})",
            _number(one["failure_usd"]),
            _number(one["sla_usd"]),
            _number(one["cash_usd"]),
            _with_interval(one, "net_usd", _number),
        )
        for one in decision["evidence"]
    ]
    header = ("finding", "label", "rate (95 %)", "elsewhere", "USD (price of one)")
    split = ("failures, USD", "SLA breaches, USD", "cash, USD", "net USD (95 %)")
    grid = _grid((*header, *split), cells)
    return f"{grid}\n\n{LABELS}" if cells else ""


def _track_record(kinds: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return how earlier predictions came out, where any came due."""
    cells = [
        (
            kind["prediction"],
            kind["verdict"],
            f"{kind['hits']} of {kind['counted']}",
            f"{_percent(kind['hit_rate_low'])} to {_percent(kind['hit_rate_high'])}",
            _number(kind["mean_error_in_se"]),
        )
        for kind in kinds
    ]
    header = ("prediction", "verdict", "held by its interval", "95 % interval")
    return (
        ["## Earlier predictions", _grid((*header, "mean error, in errors"), cells)]
        if cells
        else []
    )


def _sentence(words: str) -> str:
    spoken = words.replace("keep_baseline", "keep the baseline")
    return f"{spoken[:1].upper()}{spoken[1:]}."


def _windows(windows: Iterable[Mapping[str, Any]]) -> str:
    header = ("window", "method", "from", "to", "interactions", "overlaps its past")
    return _grid(
        header,
        [
            (
                window["window_name"],
                window["window_method"],
                window["starts_at"],
                window["ends_at"],
                f"{window['interactions']:,}",
                _percent(window["overlap_rate"]),
            )
            for window in windows
        ],
    )


def _integrity(checks: Iterable[Mapping[str, Any]]) -> str:
    degraded = [
        f"{check['table_name']}.{check['column_name']}: {check['check_name']}, "
        f"{check['failed_rows']:,} of {check['checked_rows']:,}: {check['remedy']}"
        for check in checks
        if check["status"] == "degraded"
    ]
    return _bullets(degraded) or "Every check held."


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _grid(header: tuple[str, ...], cells: list[tuple[Any, ...]]) -> str:
    if not cells:
        return ""
    ruled = [header, tuple("---" for _ in header), *cells]
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in ruled)


def _cell(value: Any) -> str:
    return str(value).replace("|", r"\|")


def _is_known(estimate: Estimate | None) -> bool:
    return estimate is not None and isfinite(estimate.value)


def _spoken(estimate: Estimate) -> str:
    low, high = _number(estimate.low), _number(estimate.high)
    return f"{estimate.value + 0.0:+.3g} ({low} to {high})"


def _interval(one: Mapping[str, Any]) -> str:
    if one["low"] is None:
        return ""
    return f"{_number(one['low'])} to {_number(one['high'])}"


def _with_interval(
    one: Mapping[str, Any], name: str, spoken: Callable[[float | None], str]
) -> str:
    value = spoken(one[name])
    if one[f"{name}_low"] is None:
        return value
    return f"{value} ({spoken(one[f'{name}_low'])} to {spoken(one[f'{name}_high'])})"


def _number(value: float | None) -> str:
    if value is None or not isfinite(value):
        return "unknown"
    # a zero has no sign
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value + 0.0:.4g}"


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1%}"
