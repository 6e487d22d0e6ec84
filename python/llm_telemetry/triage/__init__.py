"""Which answers a person should review, and whether the evidence allows to say so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from llm_telemetry.decisions.statistics import Comparison, Estimate
from llm_telemetry.decisions.types import Basis, plain
from llm_telemetry.triage import failure_model, model_choice
from llm_telemetry.triage.audit import ReviewPlan, uniform_draws
from llm_telemetry.triage.basis import Evidence, basis_of, basis_of_refusal
from llm_telemetry.triage.calibration import CalibrationReport, calibration_report
from llm_telemetry.triage.calibration_map import SIGNIFICANT_DIGITS, choose_calibration
from llm_telemetry.triage.discrimination import roc_auc
from llm_telemetry.triage.fit_noise import FitNoise, noise_of_fit
from llm_telemetry.triage.inputs import Inputs
from llm_telemetry.triage.model_choice import ModelChoice
from llm_telemetry.triage.review_policy import (
    CURVE_COLUMNS,
    stream_threshold,
    threshold_curve,
)
from llm_telemetry.triage.review_value import ReviewValue, Scored, review_value
from llm_telemetry.triage.scorecard import Scorecard, no_scorecard
from llm_telemetry.triage.sections import policy_sections, premises
from llm_telemetry.triage.sensitivity import sensitivity
from llm_telemetry.triage.since_history import compare_with_history, expected_score
from llm_telemetry.triage.slices import calibration_by_slice

__all__ = ["QUEUE_COLUMNS", "SIGNIFICANT_DIGITS", "TriageDecision", "decide"]

QUEUE_COLUMNS = [
    "interaction_id",
    "timestamp_utc",
    "use_case",
    "model_provider",
    "model_name",
    "cost_usd",
    "latency_ms",
    "proba_failure",
    "action_review",
    "review_reason",
    "review_probability",
]


@dataclass(frozen=True)
class TriageDecision:
    """The verdict with its reasons, the policy to ship and the queue to review.

    ``since_history`` compares the evaluation window with the model as it was fitted on
    history; empty where there is no model, or too little to compare.
    """

    verdict: str
    reasons: tuple[str, ...]
    policy: dict[str, Any]
    curve: pd.DataFrame
    queue: pd.DataFrame
    scorecard: pd.DataFrame
    estimates: dict[str, Estimate]
    basis: Basis
    since_history: dict[str, Comparison] = field(default_factory=dict)


@dataclass(frozen=True)
class Fit:
    """The fitted regression, why it was chosen, and the scorecard made of it.

    ``noise`` is that of the fit; None where history is too little to know it.
    """

    model: Pipeline
    choice: ModelChoice
    scorecard: Scorecard
    noise: FitNoise | None


def decide(
    features: pd.DataFrame,
    windows: pd.DataFrame,
    knobs: Mapping[str, float],
    time_zone: str = "UTC",
) -> TriageDecision:
    """Decide on review from the marts triage_features and windows.

    The model learns from history, its calibration from the calibration window, and
    the threshold from the economics; the evaluation window only says what that is
    worth. Capacity is per day of the time zone. Verdicts: review_all, review_none,
    threshold, topk or refuse.
    """
    inputs = Inputs.of(features, windows, knobs, time_zone)
    if obstacles := inputs.obstacles():
        return _refusal(obstacles, inputs)
    # several threads would add up in another order each time
    with threadpool_limits(limits=1):
        return _decide(_fit(inputs), inputs)


def _refusal(reasons: tuple[str, ...], inputs: Inputs) -> TriageDecision:
    return TriageDecision(
        verdict="refuse",
        reasons=reasons,
        policy=plain({"verdict": "refuse", "reasons": reasons, **premises(inputs)}),
        curve=pd.DataFrame(columns=CURVE_COLUMNS),
        queue=pd.DataFrame(columns=QUEUE_COLUMNS),
        scorecard=no_scorecard(),
        estimates={},
        basis=basis_of_refusal(inputs),
    )


def _fit(inputs: Inputs) -> Fit:
    rows, failed = inputs.labelled("history")
    choice = model_choice.choose(
        rows,
        failed,
        seed=inputs.seed,
        max_rows=int(inputs.knobs["triage_choice_rows"]),
    )
    model = failure_model.fit(
        rows, failed, seed=inputs.seed, is_crossed=choice.is_crossed
    )
    sessions, _ = pd.factorize(rows["session_id"])
    noise = noise_of_fit(model, rows, failed, sessions, seed=inputs.seed)
    scorecard = failure_model.scorecard(model)
    rows, failed = inputs.labelled("calibration")
    sessions, _ = pd.factorize(rows["session_id"])
    log_odds = scorecard.log_odds(rows)
    expected = (
        expected_score(noise, rows, log_odds) if noise and not rows.empty else None
    )
    calibration = choose_calibration(log_odds, failed, sessions, expected)
    return Fit(model, choice, scorecard.calibrated(calibration), noise)


def _since_history(fit: Fit, inputs: Inputs) -> dict[str, Comparison]:
    if fit.noise is None:
        return {}
    rows, failed = inputs.labelled("evaluation")
    sessions, _ = pd.factorize(rows["session_id"])
    log_odds = fit.scorecard.log_odds(rows)
    return compare_with_history(fit.noise, rows, failed, sessions, log_odds)


def _decide(fit: Fit, inputs: Inputs) -> TriageDecision:
    # how many calls score how high is seen on a window that is not judged
    setting = inputs.scored(fit.scorecard, inputs.setting_window)
    economics = inputs.economics
    threshold = stream_threshold(setting.probabilities, setting.traffic, economics)
    scored = inputs.scored(fit.scorecard, "evaluation")
    known = scored.with_known_outcome()
    report = calibration_report(*known, seed=inputs.seed)
    value = review_value(
        scored, economics, threshold, report, is_overlapping=inputs.is_overlapping
    )
    evidence = _evidence(fit, inputs, scored, value, report)
    tried = sensitivity(
        setting, scored, economics, report, is_overlapping=inputs.is_overlapping
    )
    reasons = (*value.reasons, *_caveats(evidence))
    estimates = {**value.estimates, **report.estimates, "roc_auc": roc_auc(*known)}
    return TriageDecision(
        verdict=value.verdict,
        reasons=reasons,
        policy=plain(
            {
                "verdict": value.verdict,
                "reasons": reasons,
                **premises(inputs),
                **policy_sections(inputs, scored, evidence, estimates, threshold),
                "model": failure_model.described(fit.model),
            }
        ),
        curve=threshold_curve(
            scored.probabilities, scored.failed, scored.traffic, economics
        ),
        queue=_queue(inputs, scored, value.plan),
        scorecard=fit.scorecard.table(),
        estimates=estimates,
        basis=basis_of(inputs, evidence, tried),
        since_history=_since_history(fit, inputs),
    )


def _evidence(
    fit: Fit,
    inputs: Inputs,
    scored: Scored,
    value: ReviewValue,
    report: CalibrationReport,
) -> Evidence:
    dimensions = inputs.evaluation[failure_model.CATEGORICAL]
    return Evidence(
        value=value,
        report=report,
        slices=calibration_by_slice(
            dimensions[scored.known], *scored.with_known_outcome()
        ),
        choice=fit.choice,
        calibration=fit.scorecard.calibration,
        has_converged=failure_model.has_converged(fit.model),
    )


def _caveats(evidence: Evidence) -> tuple[str, ...]:
    calibration = evidence.calibration
    codes = {
        "slices_off_calibration": any(one["is_far_off"] for one in evidence.slices),
        "boosting_predicts_better": evidence.choice.is_boosting_better,
        calibration.reason: calibration.is_untested,
        "fit_not_converged": not evidence.has_converged,
    }
    return tuple(code for code, is_so in codes.items() if is_so)


def _queue(inputs: Inputs, scored: Scored, plan: ReviewPlan) -> pd.DataFrame:
    by_score, by_audit = plan.drawn(
        uniform_draws(inputs.evaluation["interaction_id"].tolist(), seed=inputs.seed),
        uniform_draws(inputs.evaluation_days(), seed=inputs.seed),
    )
    # likeliest first; the rows come in the order of interaction_id, which settles ties
    order = np.argsort(-scored.probabilities, kind="stable")
    known = [name for name in QUEUE_COLUMNS if name in inputs.evaluation]
    decided = {
        "proba_failure": scored.probabilities,
        "action_review": by_score | by_audit,
        "review_reason": np.select([by_score, by_audit], ["score", "audit"], ""),
        "review_probability": plan.probabilities(),
    }
    queue = inputs.evaluation[known].take(order).reset_index(drop=True)
    return queue.assign(**{name: column[order] for name, column in decided.items()})
