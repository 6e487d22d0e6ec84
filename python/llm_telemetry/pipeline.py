"""From the marts to the bundle: the only module that knows every decision."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from llm_telemetry import routing, triage
from llm_telemetry.artifact import bundle, document, intoto, page, scope
from llm_telemetry.artifact.readme import readme
from llm_telemetry.artifact.report import (
    TRIAGE_ADVICE,
    routing_summary,
    triage_summary,
)
from llm_telemetry.charts import figures
from llm_telemetry.charts.drawing import Drawing
from llm_telemetry.charts.spec import Chart
from llm_telemetry.decisions import budget, budget_rules, drift, hotspots, quality
from llm_telemetry.decisions.types import Decision, expired, measured, rows
from llm_telemetry.errors import InputError
from llm_telemetry.gate.service import service_estimates
from llm_telemetry.judge import audits
from llm_telemetry.ledger import decisions as decided_rows
from llm_telemetry.ledger import predictions
from llm_telemetry.marts_read import READ
from llm_telemetry.routing.output.payload import flags
from llm_telemetry.routing.output.words import ADVICE
from llm_telemetry.warehouse.build import failing_checks
from llm_telemetry.warehouse.connection import read_all
from llm_telemetry.warehouse.settings import chosen, replaced, settings, time_zone

Files = dict[str, bytes]
Marts = Mapping[str, pd.DataFrame]

# the others of routing are in routing_backtest.csv
SHOWN = ("shippable.", "limits.", "reference.naive", "reference.doubly")
UNITS = {
    "unit_cost_delta": "USD per interaction",
    "failure_rate_delta": "failures per interaction",
    "cash_delta": "USD per interaction",
    "usd": "USD per interaction",
    "observed_over_expected": "ratio",
    "calibration_intercept": "log-odds",
    "calibration_slope": "slope",
    "brier_score": "squared probability",
    "log_loss": "nats",
    "roc_auc": "probability",
}


@dataclass(frozen=True)
class Outcome:
    """The artifact, the one row of health, and every file of the bundle by name.

    ``ledger`` are its decisions and predictions and the outcomes of earlier ones;
    ``queue`` are the calls of the evaluation window, with those drawn for a review;
    ``fresh_rows`` are the rows, by mart, that were fitted or decided here because SQL
    cannot compute them; ``inputs`` and ``windows`` are those marts.
    ``time_zone`` is that of the days.
    """

    artifact: dict[str, Any]
    health: dict[str, Any]
    files: Files
    ledger: list[dict[str, Any]]
    queue: pd.DataFrame
    fresh_rows: dict[str, pd.DataFrame]
    inputs: pd.DataFrame
    windows: pd.DataFrame
    time_zone: str


def decide(
    warehouse: Path,
    *,
    earlier: Mapping[str, Any] | None = None,
    what_if: Mapping[str, float] | None = None,
    place: str = "",
    drawn: Files | None = None,
) -> Outcome:
    """Decide everything from one warehouse; read marts, write nothing.

    ``earlier`` is the artifact that this one will replace; ``what_if`` are values of
    knobs in place of those of the build, for an outcome that is not written; ``place``
    is the folder that was read, as the README names it; ``drawn`` are the figures of
    the earlier bundle, which are not drawn again. Raises InputError where a gate
    failed: `dbt build` leaves the marts behind the gates as an earlier build made them.
    """
    if failed := failing_checks(warehouse):
        raise InputError(*failed)
    with Drawing(drawn, is_idle=bool(what_if)) as drawing:
        marts = _read(warehouse, what_if or {})
        drawing.add(figures.of_marts(marts, time_zone(marts["knobs"])))
        return _outcome(marts, drawing, earlier, place)


def _outcome(
    marts: Marts, drawing: Drawing, earlier: Mapping[str, Any] | None, place: str
) -> Outcome:
    knobs = settings(marts["knobs"])
    health = rows(marts["health"])[0]
    context, zone = _context(marts, health, knobs), time_zone(marts["knobs"])
    decisions, files, triaged = _decisions(marts, health, knobs, earlier, drawing)
    files["decision_outcomes.csv"] = bundle.csv_bytes(marts["decision_outcomes"])
    rules = scope.gates(context["integrity"])
    rules += budget_rules.stop_ship(marts["burn_alerts"], marts["budget_burn"])
    routes = decisions["routing"].evidence
    context["policy"] = scope.policy(files, routes)
    context["rollback"] = scope.rollback(routes, rules)
    drawn = drawing.drawn()
    files |= page.figure_files(drawn)
    pages = partial(page.files, health=health, drawn=drawn)
    final = document.assemble(
        *(decisions, rules, context, bundle.digests(files)),
        earlier=earlier,
        pages=lambda content: bundle.digests(pages(content)),
    )
    files |= pages(final)
    files |= _described(final, health, _read_from(place, marts["inputs"]))
    entries = _entries(marts, knobs, decisions, final)
    fresh_rows = _fresh_rows(triaged, final)
    shown = marts["inputs"], marts["windows"], zone
    return Outcome(final, health, files, entries, triaged.queue, fresh_rows, *shown)


def _fresh_rows(
    triaged: triage.TriageDecision, final: Mapping[str, Any]
) -> dict[str, pd.DataFrame]:
    return {"triage_scorecard": triaged.scorecard, **decided_rows.marts_of(final)}


def _read(warehouse: Path, what_if: Mapping[str, float]) -> Marts:
    marts = read_all(READ, warehouse)
    if not what_if:
        return marts
    return {**marts, "knobs": replaced(marts["knobs"], what_if)}


def _described(final: Mapping[str, Any], health: Mapping[str, Any], read: str) -> Files:
    """Return the artifact, and the files that are made from it."""
    files = {
        bundle.ARTIFACT: bundle.json_bytes(final),
        bundle.README: readme(final, health, read=read).encode(),
    }
    statement = bundle.make_statement(final, files)
    return {**files, intoto.STATEMENT: bundle.json_bytes(statement)}


def _read_from(place: str, inputs: pd.DataFrame) -> str:
    files = ", ".join(inputs["file_name"].dropna().unique())
    return ": ".join(part for part in (place, files) if part)


def _decisions(
    marts: Marts,
    health: Mapping[str, Any],
    knobs: Mapping[str, float],
    earlier: Mapping[str, Any] | None,
    drawing: Drawing,
) -> tuple[dict[str, Decision], Files, triage.TriageDecision]:
    """Return every decision, the files that carry it, and what triage found."""
    triaged, triage_files, found = _triage(marts, knobs)
    drawing.add(figures.of_triage(found.policy, found.curve))
    drifted = drift.decide(
        marts["drift"], marts["failure_drivers"], found.since_history, knobs
    )
    ended_by = drifted.verdict if drifted.verdict == drift.CONCEPT_DRIFT else None
    if ended_by:
        triaged = expired(triaged, ended_by)
    routed, routing_files, charts = _routing(marts, knobs, earlier, expired_by=ended_by)
    drawing.add(charts)
    decisions = {
        "routing": routed,
        "triage": triaged,
        "drift": drifted,
        "budget": _budget(marts, health, knobs),
        "hotspots": hotspots.decide(
            marts["risk_slices"], marts["model_hotspots"], knobs
        ),
        "quality": quality.decide(marts["quality_rates"]),
    }
    drift_report = bundle.csv_bytes(marts["drift"])
    files = {**routing_files, **triage_files, "drift_report.csv": drift_report}
    return decisions, files, found


def _routing(
    marts: Marts,
    knobs: Mapping[str, float],
    earlier: Mapping[str, Any] | None,
    *,
    expired_by: str | None,
) -> tuple[Decision, Files, dict[str, Chart]]:
    own = routing.Marts(
        reference_policy=marts["reference_policy"],
        candidates=marts["routing_candidates"],
        constraints=marts["routing_constraints"],
        prices=marts["routing_prices"],
        contexts=marts["routing_contexts"],
        windows=marts["windows"],
    )
    decided = routing.decide(
        own, knobs, earlier=_earlier_policy(earlier), expired_by=expired_by
    )
    decision = Decision(
        verdict=decided.verdict,
        recommendation=ADVICE[decided.verdict],
        summary=routing_summary(decided, knobs),
        reasons=decided.reasons,
        estimates=_measure(
            {
                name: estimate
                for name, estimate in decided.estimates.items()
                if name.startswith(SHOWN)
            }
        ),
        evidence=rows(decided.policy),
        basis=decided.basis,
    )
    files = {
        "routing_policy_use_case.csv": bundle.csv_bytes(decided.policy),
        "routing_backtest.csv": bundle.csv_bytes(decided.backtest),
        "routing_policy.flagd.json": bundle.json_bytes(flags(decided.payload)),
    }
    return decision, files, figures.of_routing(decided.policy, decided.backtest)


def _earlier_policy(earlier: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return digest and rollback_to of the routing policy of an earlier artifact."""
    policy = (earlier or {}).get("decisions", {}).get("routing", {}).get("evidence")
    if not policy or "policy_digest" not in policy[0]:
        return None
    first = policy[0]
    return {"digest": first["policy_digest"], "rollback_to": first["rollback_to"]}


def _triage(
    marts: Marts, knobs: Mapping[str, float]
) -> tuple[Decision, Files, triage.TriageDecision]:
    features, windows = marts["triage_features"], marts["windows"]
    zone = time_zone(marts["knobs"])
    decided = triage.decide(features, windows, knobs, zone)
    queue = audits.with_audits(decided.queue, features, knobs, zone)
    decision = Decision(
        verdict=decided.verdict,
        recommendation=TRIAGE_ADVICE[decided.verdict],
        summary=triage_summary(decided),
        reasons=decided.reasons,
        estimates=_measure(decided.estimates),
        evidence=rows(pd.DataFrame(decided.policy.get("policies", []))),
        basis=decided.basis,
    )
    files = {
        "triage_threshold_policy.json": bundle.json_bytes(decided.policy),
        "triage_threshold_curve.csv": bundle.csv_bytes(decided.curve),
        "triage_actions_preview.csv": bundle.csv_bytes(queue),
        "triage_scorecard.csv": bundle.csv_bytes(
            decided.scorecard, digits=triage.SIGNIFICANT_DIGITS
        ),
    }
    return decision, files, replace(decided, queue=queue)


def _budget(
    marts: Marts, health: Mapping[str, Any], knobs: Mapping[str, float]
) -> Decision:
    """Add the service's own rates, by which a later run's artifact is gated."""
    decided = budget.decide(
        marts["budget_burn"], marts["burn_alerts"], marts["cost_forecast"], knobs
    )
    service = service_estimates(
        marts["release_slices"],
        marts["release_latencies"],
        sessions=health["sessions"],
    )
    return replace(decided, estimates={**decided.estimates, **service})


def _measure(estimates: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: measured(estimate, _unit(name)) for name, estimate in estimates.items()
    }


def _unit(name: str) -> str:
    return next(unit for ending, unit in UNITS.items() if name.endswith(ending))


def _entries(
    marts: Marts,
    knobs: Mapping[str, float],
    decisions: Mapping[str, Decision],
    artifact: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Return the ledger's lines: what is decided and predicted, and what came true."""
    predicted = predictions.predict(
        marts["health_by_day"],
        marts["unit_costs_by_day"],
        knobs,
        routing_policy=decisions["routing"].evidence,
        review_policy=decisions["triage"].verdict,
        review_policies=decisions["triage"].evidence,
        quality_rates=decisions["quality"].evidence,
    )
    return [
        *predictions.entries(predicted, marts["decision_outcomes"], artifact),
        *decided_rows.ledger_lines(artifact),
    ]


def _context(
    marts: Marts, health: Mapping[str, Any], knobs: Mapping[str, float]
) -> dict[str, Any]:
    """Return the fields of the artifact that come from no decision."""
    inputs = marts["inputs"].rename(
        columns={
            "table_name": "name",
            "input_rows": "rows",
            "content_sha256": "sha256",
        }
    )
    return {
        **scope.describe(marts["windows"], health, knobs["decision_valid_days"]),
        "inputs": rows(inputs[["name", "rows", "sha256"]]),
        "knobs": rows(chosen(marts["knobs"])),
        "windows": rows(marts["windows"]),
        "integrity": rows(marts["integrity_checks"].drop(columns="problem")),
        "failover": rows(marts["failover_arms"]),
        "track_record": rows(marts["decision_hit_rate"]),
    }
