"""From the marts to the bundle: the only module that knows every decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from llm_telemetry import (
    artifact,
    budget,
    bundle,
    drift,
    hotspots,
    predictions,
    routing,
    statement,
    triage,
)
from llm_telemetry.build import failing_checks
from llm_telemetry.decision import Decision, measured, plain, rows
from llm_telemetry.errors import InputError
from llm_telemetry.report import (
    TRIAGE_ADVICE,
    readme,
    routing_summary,
    triage_summary,
)
from llm_telemetry.warehouse import read

Files = dict[str, bytes]

TRACK_RECORD = (
    *("prediction", "counted", "hits", "hit_rate", "hit_rate_low", "hit_rate_high"),
    *("mean_error_in_se", "bias_z", "misses_tail_probability", "verdict"),
)
UNITS = {
    "unit_cost_delta": "USD per interaction",
    "failure_rate_delta": "failures per interaction",
    "usd": "USD per interaction",
}


@dataclass(frozen=True)
class Outcome:
    """The artifact, the one row of health, every file of the bundle by name.

    ``ledger`` holds what it predicts, and what came true of earlier predictions.
    """

    artifact: dict[str, Any]
    health: dict[str, Any]
    files: Files
    ledger: list[dict[str, Any]]


def decide(warehouse: Path, *, earlier: Mapping[str, Any] | None = None) -> Outcome:
    """Decide everything from one warehouse; read marts, write nothing.

    ``earlier`` is the artifact that this one will replace. Raises InputError where a
    gate failed: `dbt build` leaves the marts behind the gates as an earlier build made
    them.
    """
    if failed := failing_checks(warehouse):
        raise InputError(*failed)
    knobs = read("knobs", warehouse)
    windows = read("windows", warehouse)
    settings = dict(zip(knobs["knob"], knobs["setting"], strict=True))
    alerts = read("burn_alerts", warehouse)
    decisions, files = _decisions(warehouse, windows, settings, alerts)
    health = rows(read("health", warehouse))[0]
    # what still waits is left out: it would make a repetition another decision
    outcomes = read("decision_outcomes", warehouse, where="status = 'realised'")
    files["decision_outcomes.csv"] = bundle.csv_bytes(outcomes)
    context = {
        **_context(warehouse, knobs, windows),
        **_scope(windows, health, settings["decision_valid_days"]),
        "policy": _policy(files),
    }
    rules = [*_gates(context["integrity"]), *budget.stop_ship(alerts)]
    described = artifact.assemble(decisions, rules, context, [])
    files["README.md"] = readme(described, health).encode()
    digests = bundle.digests(files)
    final = artifact.assemble(decisions, rules, context, digests, earlier=earlier)
    written = files[bundle.ARTIFACT] = bundle.json_bytes(final)
    files[statement.STATEMENT] = bundle.json_bytes(bundle.stated(final, written))
    predicted = _predicted(warehouse, decisions, settings)
    entries = predictions.entries(predicted, outcomes, final)
    return Outcome(final, health, files, entries)


def _decisions(
    warehouse: Path,
    windows: pd.DataFrame,
    knobs: Mapping[str, float],
    burn_alerts: pd.DataFrame,
) -> tuple[dict[str, Decision], Files]:
    routed, routing_files = _routing(warehouse, windows, knobs)
    triaged, triage_files = _triage(warehouse, windows, knobs)
    drifted, drift_report = _drift(warehouse)
    decisions = {
        "routing": routed,
        "triage": triaged,
        "drift": drifted,
        "budget": budget.decide(read("budget_burn", warehouse), burn_alerts),
        "hotspots": _hotspots(warehouse),
    }
    files = {**routing_files, **triage_files, "drift_report.csv": drift_report}
    return decisions, files


def _routing(
    warehouse: Path, windows: pd.DataFrame, knobs: Mapping[str, float]
) -> tuple[Decision, Files]:
    decided = routing.decide(
        read("reference_policy", warehouse),
        read("routing_candidates", warehouse),
        read("routing_evaluation_rows", warehouse),
        windows,
        knobs,
    )
    decision = Decision(
        verdict=decided.verdict,
        recommendation=decided.recommendation,
        summary=routing_summary(decided),
        reasons=decided.reasons,
        estimates=_measured(decided.estimates),
        evidence=rows(decided.policy),
    )
    return decision, {
        "routing_policy_use_case.csv": bundle.csv_bytes(decided.policy),
        "routing_backtest.csv": bundle.csv_bytes(decided.backtest),
    }


def _triage(
    warehouse: Path, windows: pd.DataFrame, knobs: Mapping[str, float]
) -> tuple[Decision, Files]:
    features = read("triage_features", warehouse, order_by="interaction_id")
    decided = triage.decide(features, windows, knobs)
    decision = Decision(
        verdict=decided.verdict,
        recommendation=TRIAGE_ADVICE[decided.verdict],
        summary=triage_summary(decided),
        reasons=decided.reasons,
        estimates=_measured(decided.estimates),
        evidence=rows(pd.DataFrame(decided.policy.get("policies", []))),
    )
    return decision, {
        "triage_threshold_policy.json": bundle.json_bytes(decided.policy),
        "triage_threshold_curve.csv": bundle.csv_bytes(decided.curve),
        "triage_actions_preview.csv": bundle.csv_bytes(decided.queue),
    }


def _drift(warehouse: Path) -> tuple[Decision, bytes]:
    report = read("drift", warehouse)
    return drift.decide(report), bundle.csv_bytes(report)


def _hotspots(warehouse: Path) -> Decision:
    return hotspots.decide(
        read("risk_slices", warehouse), read("model_hotspots", warehouse)
    )


def _measured(estimates: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: measured(estimate, _unit(name)) for name, estimate in estimates.items()
    }


def _unit(name: str) -> str:
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "1")


def _predicted(
    warehouse: Path, decisions: Mapping[str, Decision], knobs: Mapping[str, float]
) -> list[dict[str, Any]]:
    return predictions.predict(
        read("health_by_day", warehouse),
        read("unit_costs_by_day", warehouse),
        knobs,
        routing_policy=decisions["routing"].evidence,
        review_policy=decisions["triage"].verdict,
        review_policies=decisions["triage"].evidence,
    )


def _policy(files: Files) -> dict[str, Any]:
    name = "routing_policy_use_case.csv"
    (digest,) = bundle.digests({name: files[name]})
    return {"file": name, "sha256": digest["sha256"]}


def _scope(
    windows: pd.DataFrame, health: Mapping[str, Any], valid_days: float
) -> dict[str, Any]:
    """Return what the decisions speak for, from when and until when."""
    as_of = windows["ends_at"].max()
    decided_on = windows["window_name"].isin(["history", "calibration", "evaluation"])
    placed = int(windows.loc[decided_on, "interactions"].sum())
    return {
        "as_of": plain(as_of),
        "valid_until": plain(as_of + pd.Timedelta(days=valid_days)),
        "scope": {
            "starts_at": plain(windows["starts_at"].min()),
            "ends_at": plain(as_of),
            "interactions": health["interactions"],
            "sessions": health["sessions"],
            "filters": [
                {
                    "filter": "outside every decision window",
                    "excluded_interactions": health["interactions"] - placed,
                }
            ],
        },
    }


def _context(
    warehouse: Path, knobs: pd.DataFrame, windows: pd.DataFrame
) -> dict[str, Any]:
    inputs = read("inputs", warehouse).rename(
        columns={
            "table_name": "name",
            "input_rows": "rows",
            "content_sha256": "sha256",
        }
    )
    return {
        "inputs": rows(inputs[["name", "rows", "sha256"]]),
        "knobs": rows(knobs),
        "windows": rows(windows),
        "integrity": rows(read("integrity_checks", warehouse)),
        "track_record": rows(
            read(
                "decision_hit_rate",
                warehouse,
                columns=TRACK_RECORD,
                where="counted > 0",
            )
        ),
    }


def _gates(checks: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """Return one stop-ship rule per gate with a limit that somebody chose."""
    return [
        {
            "rule": check["check_name"],
            "fired": check["status"] == "failed",
            "value": check["failed_rate"],
            "limit": check["tolerance"],
            "meaning": f"too much of {check['column_name']} is missing",
        }
        for check in checks
        if check["check_name"] in ("missing_latency", "missing_cost")
    ]
