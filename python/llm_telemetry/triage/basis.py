"""What the triage verdict is based on, for a reader who wants to challenge it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.decisions.types import Basis, Row, check
from llm_telemetry.triage.calibration import CALIBRATION_LIMITS, CalibrationReport
from llm_telemetry.triage.calibration_map import CalibrationMap
from llm_telemetry.triage.inputs import MIN_FIT_OUTCOMES, Inputs, failed
from llm_telemetry.triage.model_choice import ModelChoice
from llm_telemetry.triage.review_value import MEASURED_DIFFERENCE, ReviewValue

ESTIMAND = (
    "USD per interaction of the review policy minus the best of reviewing all and "
    "nothing: E[review_cost r + triage_fn_cost_usd (1 - review_repair_share r) F], "
    "F the failure and r the chance of a review, audits included"
)
ESTIMATOR = (
    "logistic scorecard fitted on history and calibrated on the calibration window; "
    "threshold from the costs; mean over the evaluation window, t interval by session; "
    "where that passes, the claim is shrunk for having passed"
)
ASSUMPTIONS = (
    (
        "the failures that reviewers would find are those that is_failure records",
        "untestable",
        "no review outcome is logged",
    ),
    (
        "a review repairs the share review_repair_share of the failures it sees",
        "untestable",
        "no repair is logged; sensitivity says where the verdict turns",
    ),
    (
        "calls to come resemble those of the evaluation window",
        "checked",
        "windows do not overlap, calibration holds on later sessions; decision drift",
    ),
    (
        "sessions are independent of each other",
        "untestable",
        "users and incidents span sessions; every interval counts sessions",
    ),
)
EXPIRES_ON = (
    "drift of a feature that the scorecard uses",
    "the whole interval of observed over expected failures outside 0.8 to 1.25 on "
    "later calls",
    "a model, provider or use case that the scorecard has no term for",
    "a change of review_cost, triage_fn_cost_usd, review_repair_share or capacity",
)
POWER = 0.8


@dataclass(frozen=True)
class Evidence:
    """What was measured on the way to the verdict."""

    value: ReviewValue
    report: CalibrationReport
    slices: list[Row]
    choice: ModelChoice
    calibration: CalibrationMap
    has_converged: bool


def basis_of(inputs: Inputs, evidence: Evidence, sensitivity: tuple[Row, ...]) -> Basis:
    """Return all that the verdict is based on."""
    return Basis(
        estimand=ESTIMAND,
        estimator=ESTIMATOR,
        diagnostics=(
            *_enough(inputs),
            *_calibrated(evidence.report, evidence.slices),
            *_model_checks(evidence),
            _skip_set(evidence.value, inputs.economics.threshold),
        ),
        assumptions=_assumptions(),
        constraints=_capacity(inputs, evidence.value),
        sensitivity=sensitivity,
        power=_power(evidence.value.estimates[MEASURED_DIFFERENCE]),
        expires_on=EXPIRES_ON,
    )


def basis_of_refusal(inputs: Inputs) -> Basis:
    """Return what is known where nothing could be learned or judged."""
    return Basis(
        estimand=ESTIMAND,
        estimator=ESTIMATOR,
        diagnostics=_enough(inputs),
        assumptions=_assumptions(),
        expires_on=("more telemetry with known outcomes",),
    )


def _assumptions() -> tuple[Row, ...]:
    names = ("assumption", "status", "evidence")
    return tuple(dict(zip(names, words, strict=True)) for words in ASSUMPTIONS)


def _enough(inputs: Inputs) -> tuple[Row, ...]:
    outcomes = failed(inputs.by_name["history"])
    failures, successes = int((outcomes == 1).sum()), int((outcomes == 0).sum())
    checks = [
        check(
            "failures_learned_from",
            failures,
            MIN_FIT_OUTCOMES,
            failures >= MIN_FIT_OUTCOMES,
        ),
        check(
            "successes_learned_from",
            successes,
            MIN_FIT_OUTCOMES,
            successes >= MIN_FIT_OUTCOMES,
        ),
    ]
    if not inputs.evaluation.empty:
        limit = inputs.knobs["max_window_overlap_rate"]
        overlap = inputs.overlap
        checks.append(
            check("window_overlap_rate", overlap, limit, not inputs.is_overlapping)
        )
    return tuple(checks)


def _calibrated(report: CalibrationReport, slices: Iterable[Row]) -> tuple[Row, ...]:
    error = report.measures["expected_calibration_error"]
    limit = report.measures["expected_calibration_error_null_p95"]
    off = sum(one["is_far_off"] for one in slices)
    return (
        *(
            _near_one(name, report.estimates[name], report.is_evaluable)
            for name in ("observed_over_expected", "calibration_slope")
        ),
        check("expected_calibration_error", error, limit, error <= limit),
        check("slices_far_off_calibration", off, 0, off == 0),
    )


def _near_one(name: str, estimate: Estimate, is_evaluable: bool) -> Row:
    """Compare a ratio with the nearer limit; it fails if its interval is beyond."""
    low, high = CALIBRATION_LIMITS
    is_met = estimate.high >= low and estimate.low <= high if is_evaluable else None
    return check(name, estimate.value, high if estimate.value >= 1 else low, is_met)


def _model_checks(evidence: Evidence) -> tuple[Row, ...]:
    converged = check(
        "fit_converged", float(evidence.has_converged), 1.0, evidence.has_converged
    )
    gain = evidence.choice.gains.get("boosting")
    if gain is None:
        return (converged, check("log_loss_gain_of_boosting", None, None, None))
    is_better = evidence.choice.is_boosting_better
    return (
        converged,
        check("log_loss_gain_of_boosting", -gain.value, gain.se, not is_better),
    )


def _skip_set(value: ReviewValue, threshold: float) -> Row:
    ceiling, is_certified = (
        value.measures["skipped_failure_rate_ceiling"],
        value.measures["is_certified"],
    )
    if not value.measures["skipped_rows"]:
        ceiling = is_certified = None
    return check("skipped_failure_rate_ceiling", ceiling, threshold, is_certified)


def _capacity(inputs: Inputs, value: ReviewValue) -> tuple[Row, ...]:
    economics = inputs.economics
    name = {"review_all": "review_all", "review_none": "review_none"}.get(
        value.verdict, value.measures["policy"]
    )
    row = next(row for row in value.policies if row["policy"] == name)
    limits = {
        "mean_reviews_per_day": economics.capacity_per_day,
        "p90_reviews_per_day": economics.capacity_p90_guard,
    }
    return tuple(
        check(name, row[name], limit, bool(row[name] <= limit + 1e-9))
        for name, limit in limits.items()
    )


def _power(difference: Estimate) -> tuple[Row, ...]:
    """Say what difference would have been seen, and how many calls settle this one."""
    if not difference.se > 0:
        return ()
    reach = stats.norm.ppf(0.975) + stats.norm.ppf(POWER)
    seen = reach * difference.se
    needed = difference.n * np.square(seen / difference.value)
    return (
        {
            "quantity": MEASURED_DIFFERENCE,
            "power": POWER,
            "interactions": difference.n,
            "detectable_difference": float(seen),
            "interactions_needed_for_the_observed": float(np.ceil(needed))
            if difference.value
            else None,
        },
    )
