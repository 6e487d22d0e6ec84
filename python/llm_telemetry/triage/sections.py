"""The sections of triage_threshold_policy.json."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.triage.basis import Evidence
from llm_telemetry.triage.calibration import calibration_bins
from llm_telemetry.triage.discrimination import discrimination
from llm_telemetry.triage.inputs import Inputs
from llm_telemetry.triage.review_policy import Economics
from llm_telemetry.triage.review_value import Scored

Section = dict[str, Any]


def premises(inputs: Inputs) -> Section:
    """Return what was taken as given."""
    return {
        "label_definition": "is_failure, scored right after the call",
        "economics": _economics(inputs.economics),
        "windows": _windows(inputs),
    }


def policy_sections(
    inputs: Inputs,
    scored: Scored,
    evidence: Evidence,
    estimates: Mapping[str, Estimate],
    threshold: float | None,
) -> Section:
    """Return what was found, the policies first."""
    value, report = evidence.value, evidence.report
    probabilities, outcomes, _ = scored.with_known_outcome()
    return {
        "threshold": _threshold(inputs, threshold),
        "policies": value.policies,
        "value": {**_spread(value.estimates), **value.measures},
        "audit": _audit(scored, evidence),
        "calibration": {
            "map": asdict(evidence.calibration),
            **_spread(report.estimates),
            **report.measures,
            "bins": calibration_bins(
                probabilities, outcomes, design_effect=report.design_effect
            ),
        },
        "calibration_by_slice": evidence.slices,
        "discrimination": {
            **_spread({"roc_auc": estimates["roc_auc"]}),
            **discrimination(probabilities, outcomes, inputs.economics),
        },
        "model_choice": _model_choice(evidence),
    }


def _windows(inputs: Inputs) -> list[Section]:
    """Return what each window is and how many of its rows were used."""
    columns = [
        "window_name",
        "window_method",
        "starts_at",
        "ends_at",
        "overlap_rate",
        "sampling_fraction",
    ]
    facts = inputs.windows
    facts = facts[facts["window_name"].isin(list(inputs.by_name))]
    return [
        {
            **{str(column): fact for column, fact in row.items()},
            "rows_used": len(inputs.by_name[row["window_name"]]),
            "known_failures": int(
                inputs.by_name[row["window_name"]]["is_failure"].sum()
            ),
        }
        for row in facts[columns].sort_values("starts_at").to_dict("records")
    ]


def _economics(economics: Economics) -> Section:
    return {
        "review_cost_usd": economics.review_cost,
        "missed_failure_cost_usd": economics.fn_cost,
        "review_repair_share": economics.repair_share,
        "capacity_per_day": economics.capacity_per_day,
        "capacity_p90_guard": economics.capacity_p90_guard,
        "audit_share": economics.audit_share,
    }


def _threshold(inputs: Inputs, threshold: float | None) -> Section:
    """Return t*, the threshold capacity allows, and what one more review is worth."""
    economics = inputs.economics
    price = None if threshold is None else economics.shadow_price(threshold)
    return {
        "break_even": economics.threshold,
        "stream": threshold,
        "shadow_price_usd": price,
        "load_seen_on": inputs.setting_window,
    }


def _audit(scored: Scored, evidence: Evidence) -> Section:
    """Return the audits per day at full traffic, which are drawn whatever the score."""
    plan = evidence.value.plan
    return {
        "share": plan.share,
        "audits_per_day": float(plan.expected_audits.mean() * scored.traffic.scale),
    }


def _model_choice(evidence: Evidence) -> Section:
    """Return log losses: of crossed names minus plain, of boosting minus the better."""
    return {
        "is_crossed": evidence.choice.is_crossed,
        "is_boosting_better": evidence.choice.is_boosting_better,
        **_spread(evidence.choice.gains),
    }


def _spread(estimates: Mapping[str, Estimate]) -> dict[str, Section]:
    return {name: asdict(estimate) for name, estimate in estimates.items()}
