"""From the marts to the bundle: the only module that knows every decision."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from llm_telemetry import routing, triage
from llm_telemetry.artifact import bundle, document, intoto, scope
from llm_telemetry.artifact.report import (
    TRIAGE_ADVICE,
    readme,
    routing_summary,
    triage_summary,
)
from llm_telemetry.decisions import budget, drift, hotspots
from llm_telemetry.decisions.types import Decision, expired, measured, rows
from llm_telemetry.errors import InputError
from llm_telemetry.gate.service import service_estimates
from llm_telemetry.ledger import predictions
from llm_telemetry.routing.output.payload import flags
from llm_telemetry.routing.output.words import ADVICE
from llm_telemetry.subprocesses import begun, later
from llm_telemetry.warehouse.build import failing_checks
from llm_telemetry.warehouse.connection import read
from llm_telemetry.warehouse.settings import chosen, settings

Files = dict[str, bytes]

# the others of routing stand in routing_backtest.csv
SHOWN = ("shippable.", "reference.naive", "reference.doubly")

# below, a second process takes longer to start than it saves
LARGE_INTERACTIONS = 200_000
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
    """The artifact, the one row of health, and every file of the bundle by name.

    ``ledger`` holds what it predicts, and what came true of earlier predictions;
    ``fresh_rows`` are of marts that hold what was fitted, which SQL cannot compute.
    """

    artifact: dict[str, Any]
    health: dict[str, Any]
    files: Files
    ledger: list[dict[str, Any]]
    fresh_rows: dict[str, pd.DataFrame]


def decide(
    warehouse: Path,
    *,
    earlier: Mapping[str, Any] | None = None,
    processes: int = 1,
) -> Outcome:
    """Decide everything from one warehouse; read marts, write nothing.

    ``earlier`` is the artifact that this one will replace; more than one process is
    used where there is much to do. Raises InputError where a gate failed: `dbt build`
    leaves the marts behind the gates as an earlier build made them.
    """
    if failed := failing_checks(warehouse):
        raise InputError(*failed)
    health = rows(read("health", warehouse))[0]
    context = _context(warehouse, health)
    alerts = read("burn_alerts", warehouse)
    is_large = health["interactions"] >= LARGE_INTERACTIONS
    decisions, files, fresh_rows = _decisions(
        warehouse, alerts, health, earlier, beside=processes > 1 and is_large
    )
    # what still waits is left out: it would make a repetition another decision
    outcomes = read("decision_outcomes", warehouse, where="status = 'realised'")
    files["decision_outcomes.csv"] = bundle.csv_bytes(outcomes)
    rules = [*scope.gates(context["integrity"]), *budget.stop_ship(alerts)]
    routes = decisions["routing"].evidence
    context |= {
        "policy": scope.policy(files, routes),
        "rollback": scope.rollback(routes, rules),
    }
    described = document.assemble(decisions, rules, context, [])
    files["README.md"] = readme(described, health).encode()
    digests = bundle.digests(files)
    final = document.assemble(decisions, rules, context, digests, earlier=earlier)
    written = files[bundle.ARTIFACT] = bundle.json_bytes(final)
    files[intoto.STATEMENT] = bundle.json_bytes(bundle.stated(final, written))
    predicted = _predicted(warehouse, decisions)
    entries = predictions.entries(predicted, outcomes, final)
    return Outcome(final, health, files, entries, fresh_rows)


def _decisions(
    warehouse: Path,
    alerts: pd.DataFrame,
    health: Mapping[str, Any],
    earlier: Mapping[str, Any] | None,
    *,
    beside: bool,
) -> tuple[dict[str, Decision], Files, dict[str, pd.DataFrame]]:
    """Return every decision, the files that carry it, and what was fitted."""
    windows, knobs = read("windows", warehouse), settings(warehouse)
    with (begun if beside else later)(_triage, warehouse, windows, knobs) as triaging:
        routed, routing_files = _routing(warehouse, windows, knobs, earlier)
        triaged, triage_files, scorecard = triaging()
    drifted, drift_report = _drift(warehouse, triaged, knobs)
    if drifted.verdict == drift.CONCEPT_DRIFT:
        triaged = expired(triaged, drifted.verdict)
        routed, routing_files = _routing(
            warehouse, windows, knobs, earlier, expired_by=drifted.verdict
        )
    decisions = {
        "routing": routed,
        "triage": triaged,
        "drift": drifted,
        "budget": _budget(warehouse, alerts, health, knobs),
        "hotspots": _hotspots(warehouse, knobs),
    }
    files = {**routing_files, **triage_files, "drift_report.csv": drift_report}
    return decisions, files, {"triage_scorecard": scorecard}


def _routing(
    warehouse: Path,
    windows: pd.DataFrame,
    knobs: Mapping[str, float],
    earlier: Mapping[str, Any] | None,
    expired_by: str | None = None,
) -> tuple[Decision, Files]:
    marts = routing.Marts(
        reference_policy=read("reference_policy", warehouse),
        candidates=read("routing_candidates", warehouse),
        constraints=read("routing_constraints", warehouse),
        prices=read("routing_prices", warehouse),
        contexts=read("routing_contexts", warehouse, order_by="interaction_id"),
        windows=windows,
    )
    decided = routing.decide(
        marts, knobs, earlier=_earlier_policy(earlier), expired_by=expired_by
    )
    decision = Decision(
        verdict=decided.verdict,
        recommendation=ADVICE[decided.verdict],
        summary=routing_summary(decided),
        reasons=decided.reasons,
        estimates=_measured(
            {
                name: estimate
                for name, estimate in decided.estimates.items()
                if name.startswith(SHOWN)
            }
        ),
        evidence=rows(decided.policy),
        basis=decided.basis,
    )
    return decision, {
        "routing_policy_use_case.csv": bundle.csv_bytes(decided.policy),
        "routing_backtest.csv": bundle.csv_bytes(decided.backtest),
        "routing_policy.flagd.json": bundle.json_bytes(flags(decided.payload)),
    }


def _earlier_policy(earlier: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return digest and rollback_to of the routing policy of an earlier artifact."""
    policy = (earlier or {}).get("decisions", {}).get("routing", {}).get("evidence")
    if not policy or "policy_digest" not in policy[0]:
        return None
    first = policy[0]
    return {"digest": first["policy_digest"], "rollback_to": first["rollback_to"]}


def _triage(
    warehouse: Path, windows: pd.DataFrame, knobs: Mapping[str, float]
) -> tuple[Decision, Files, pd.DataFrame]:
    features = read("triage_features", warehouse, order_by="interaction_id")
    decided = triage.decide(features, windows, knobs)
    decision = Decision(
        verdict=decided.verdict,
        recommendation=TRIAGE_ADVICE[decided.verdict],
        summary=triage_summary(decided),
        reasons=decided.reasons,
        estimates=_measured(decided.estimates),
        evidence=rows(pd.DataFrame(decided.policy.get("policies", []))),
        basis=decided.basis,
    )
    files = {
        "triage_threshold_policy.json": bundle.json_bytes(decided.policy),
        "triage_threshold_curve.csv": bundle.csv_bytes(decided.curve),
        "triage_actions_preview.csv": bundle.csv_bytes(decided.queue),
        "triage_scorecard.csv": bundle.csv_bytes(
            decided.scorecard, digits=triage.SIGNIFICANT_DIGITS
        ),
    }
    return decision, files, decided.scorecard


def _drift(
    warehouse: Path, triaged: Decision, knobs: Mapping[str, float]
) -> tuple[Decision, bytes]:
    report, drivers = read("drift", warehouse), read("failure_drivers", warehouse)
    # the failure model is triage's; drift only asks whether it still holds
    decision = drift.decide(report, drivers, triaged.estimates, knobs)
    return decision, bundle.csv_bytes(report)


def _budget(
    warehouse: Path,
    alerts: pd.DataFrame,
    health: Mapping[str, Any],
    knobs: Mapping[str, float],
) -> Decision:
    """Add the service's own rates, by which a later run's artifact is gated."""
    burn, forecast = read("budget_burn", warehouse), read("cost_forecast", warehouse)
    decided = budget.decide(burn, alerts, forecast, knobs)
    everything = "version_column = 'all'"
    service = service_estimates(
        read("release_slices", warehouse, where=everything),
        read("release_latencies", warehouse, where=everything),
        sessions=health["sessions"],
    )
    return replace(decided, estimates={**decided.estimates, **service})


def _hotspots(warehouse: Path, knobs: Mapping[str, float]) -> Decision:
    return hotspots.decide(
        read("risk_slices", warehouse), read("model_hotspots", warehouse), knobs
    )


def _measured(estimates: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: measured(estimate, _unit(name)) for name, estimate in estimates.items()
    }


def _unit(name: str) -> str:
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "1")


def _predicted(
    warehouse: Path, decisions: Mapping[str, Decision]
) -> list[dict[str, Any]]:
    return predictions.predict(
        read("health_by_day", warehouse),
        read("unit_costs_by_day", warehouse),
        settings(warehouse),
        routing_policy=decisions["routing"].evidence,
        review_policy=decisions["triage"].verdict,
        review_policies=decisions["triage"].evidence,
    )


def _context(warehouse: Path, health: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the artifact says that no decision made."""
    windows = read("windows", warehouse)
    valid_days = settings(warehouse)["decision_valid_days"]
    inputs = read("inputs", warehouse).rename(
        columns={
            "table_name": "name",
            "input_rows": "rows",
            "content_sha256": "sha256",
        }
    )
    record = read(
        "decision_hit_rate", warehouse, columns=TRACK_RECORD, where="counted > 0"
    )
    return {
        **scope.describe(windows, health, valid_days),
        "inputs": rows(inputs[["name", "rows", "sha256"]]),
        "knobs": rows(chosen(warehouse)),
        "windows": rows(windows),
        "integrity": rows(read("integrity_checks", warehouse)),
        "track_record": rows(record),
    }
