"""The README of the bundle: the page that the person who approves reads first."""

from collections.abc import Iterable, Mapping
from typing import Any

from llm_telemetry.artifact import approval, failover, labels
from llm_telemetry.artifact.report import headline
from llm_telemetry.artifact.wording import (
    bullets,
    grid,
    multiple,
    number,
    percent,
    with_interval,
)
from llm_telemetry.reasons import explained
from llm_telemetry.routing.output.payload import summary

MORE = (
    "[report.html](report.html) shows all of it with charts. The tables below show the "
    "evidence for the verdicts; `decision_artifact.json` has every estimate, "
    "and `llm-telemetry explain REASON` says what to do about a reason."
)
FINDINGS = (
    "A finding is a slice and the metric that it was flagged for; those whose excess "
    "events cost the most come first. `costly`: the 95 % interval of the net is above "
    "0. `failing` and `slow`: more failures or SLA breaches than elsewhere, but no net "
    "loss is shown. The prices of failures and SLA breaches are knobs; only cash is "
    "billed."
)


def readme(artifact: Mapping[str, Any], health: Mapping[str, Any], *, read: str) -> str:
    """Return the page that the person who approves reads first.

    ``read`` says in words which folder and files were read. The artifact does
    not digest the page, which contains the artifact's id.
    """
    knobs = {row["knob"]: row["setting"] for row in artifact["knobs"]}
    parts = [
        "# Decisions",
        f"**Status: `{artifact['status']}`.** {labels.MEANINGS[artifact['status']]}",
        bullets(artifact["status_reasons"]),
        approval.facts(artifact, read),
        approval.limits(artifact["knobs"]),
        f"{headline(health)} of cash. {MORE}",
        *(
            _section(name, decision, knobs)
            for name, decision in artifact["decisions"].items()
        ),
        failover.section(artifact.get("failover", ())),
        "## Stop-ship rules",
        _rules(artifact["stop_ship"]),
        "## Ship and roll back",
        approval.way_back(
            artifact, summary(artifact["decisions"]["routing"]["evidence"])
        ),
        "## Approval",
        approval.signature(artifact),
        *_track_record(artifact["track_record"]),
        "## Windows",
        _windows(artifact["windows"]),
        "## Integrity",
        _integrity(artifact["integrity"]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _rules(rules: Iterable[Mapping[str, Any]]) -> str:
    header = ("rule", "fired", "value", "limit", "meaning")
    return grid(
        header,
        [
            (
                rule["rule"],
                "yes" if rule["fired"] else "no",
                *(of_rule(rule["rule"], rule[name]) for name in ("value", "limit")),
                rule["meaning"],
            )
            for rule in rules
        ],
    )


def of_rule(rule: str, value: float | None) -> str:
    """Return a share of what is missing, or a multiple of a budget."""
    return percent(value) if rule.startswith("missing_") else multiple(value)


def _section(name: str, decision: Mapping[str, Any], knobs: Mapping[str, Any]) -> str:
    tables = {
        "routing": lambda: approval.routes(decision["evidence"], knobs),
        "hotspots": lambda: _findings(decision),
    }
    parts = [
        f"## {name.capitalize()}: `{decision['verdict']}`",
        f"{_sentence(decision['recommendation'])} In numbers: {decision['summary']}.",
        bullets(explained(reason, name) for reason in decision["reasons"]),
        tables[name]() if name in tables else "",
        labels.table(name, decision["estimates"]),
    ]
    return "\n\n".join(part for part in parts if part)


def _findings(decision: Mapping[str, Any]) -> str:
    """Return a line per slice and metric, prices and cash apart."""
    cells = [
        (
            f"{one['metric']} where {one['slice']}",
            one["label"],
            with_interval(one, "rate", percent),
            percent(one["complement_rate"]),
            f"{number(one['metric_usd'])} ({number(one['usd_per_event'])})",
            number(one["failure_usd"]),
            number(one["sla_usd"]),
            number(one["cash_usd"]),
            with_interval(one, "net_usd", number),
        )
        for one in decision["evidence"]
    ]
    header = (
        "finding",
        "label",
        "rate (95 %)",
        "elsewhere",
        "excess events, USD (price of each)",
    )
    split = ("failures, USD", "SLA breaches, USD", "cash, USD", "net USD (95 %)")
    shown = grid((*header, *split), cells)
    return f"{shown}\n\n{FINDINGS}" if cells else ""


def _track_record(kinds: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return how accurate earlier predictions were, if the period of any is over."""
    cells = [
        (
            kind["prediction"],
            kind["verdict"],
            f"{kind['hits']} of {kind['counted']}",
            f"{percent(kind['hit_rate_low'])} to {percent(kind['hit_rate_high'])}",
            number(kind["mean_error_in_se"]),
        )
        for kind in kinds
    ]
    header = ("prediction", "verdict", "within the interval", "95 % of that share")
    return (
        ["## Earlier predictions", grid((*header, "mean error, in SE"), cells)]
        if cells
        else []
    )


def _sentence(words: str) -> str:
    spoken = words.replace("keep_baseline", "keep the baseline")
    return f"{spoken[:1].upper()}{spoken[1:]}."


def _windows(windows: Iterable[Mapping[str, Any]]) -> str:
    header = ("window", "method", "from", "to", "interactions", "overlap with earlier")
    return grid(
        header,
        [
            (
                window["window_name"],
                window["window_method"],
                window["starts_at"],
                window["ends_at"],
                f"{window['interactions']:,}",
                percent(window["overlap_rate"]),
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
    return bullets(degraded) or "Every check passed."
