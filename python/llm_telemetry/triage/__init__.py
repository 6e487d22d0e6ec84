"""Which answers a person should review, and whether the evidence allows to say so."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from llm_telemetry.decision import plain
from llm_telemetry.inference import Estimate
from llm_telemetry.triage import failure_model
from llm_telemetry.triage.calibration import (
    CalibrationReport,
    calibration_report,
    choose_calibration,
)
from llm_telemetry.triage.failure_model import Scorer
from llm_telemetry.triage.review_policy import (
    CURVE_COLUMNS,
    Economics,
    Traffic,
    stream_threshold,
    threshold_curve,
)
from llm_telemetry.triage.review_value import ReviewValue, Scored, review_value
from llm_telemetry.triage.sections import (
    discrimination_section,
    economics_section,
    estimates_section,
    threshold_section,
    windows_section,
)

Floats = npt.NDArray[np.float64]

MIN_FIT_OUTCOMES = 50
WINDOWS = ("history", "calibration", "evaluation")
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
]


@dataclass(frozen=True)
class TriageDecision:
    """The verdict with its reasons, the policy to ship and the queue to review."""

    verdict: str
    reasons: tuple[str, ...]
    policy: dict[str, Any]
    curve: pd.DataFrame
    queue: pd.DataFrame
    estimates: dict[str, Estimate]


@dataclass(frozen=True)
class Inputs:
    """The marts a decision reads, their rows in the order of interaction_id."""

    by_name: dict[str, pd.DataFrame]
    windows: pd.DataFrame
    knobs: Mapping[str, float]
    economics: Economics

    @property
    def seed(self) -> int:
        """Where every random draw starts."""
        return int(self.knobs["random_seed"])

    @property
    def setting_window(self) -> str:
        """The newest window before evaluation, whose load the threshold is set on."""
        return "history" if self.by_name["calibration"].empty else "calibration"

    def fact(self, name: str, column: str) -> float:
        """Return one number about a window."""
        rows = self.windows[self.windows["window_name"] == name]
        return float(rows[column].iloc[0])


def decide(
    features: pd.DataFrame, windows: pd.DataFrame, knobs: Mapping[str, float]
) -> TriageDecision:
    """Decide on review from the marts triage_features and windows.

    The model learns from history, its calibration from the calibration window, and
    the threshold from the economics; the evaluation window only says what that is
    worth. Verdicts: review_all, review_none, threshold, topk or refuse.
    """
    # one order, whatever order the rows came in; it also settles ties
    rows = features.sort_values("interaction_id", ignore_index=True)
    by_name = {name: rows[rows["decision_window"] == name] for name in WINDOWS}
    inputs = Inputs(by_name, windows, knobs, Economics.from_knobs(knobs))
    obstacles = _obstacles(by_name["history"], by_name["evaluation"])
    if obstacles:
        return _refusal(obstacles, inputs)
    # several threads would add up in another order each time
    with threadpool_limits(limits=1):
        return _decided(_fitted(inputs), inputs)


def _failed(rows: pd.DataFrame) -> Floats:
    """Return 1 for a failure, 0 for a success and NaN where nobody knows."""
    nullable = rows["is_failure"].astype("boolean").astype("Float64")
    return np.asarray(nullable.to_numpy(na_value=np.nan), dtype=np.float64)


def _obstacles(history: pd.DataFrame, evaluation: pd.DataFrame) -> tuple[str, ...]:
    failed = _failed(history)
    features = history[failure_model.NUMERIC + failure_model.CATEGORICAL]
    codes = {
        "too_few_failures": (failed == 1).sum() < MIN_FIT_OUTCOMES,
        "too_few_successes": (failed == 0).sum() < MIN_FIT_OUTCOMES,
        "no_features": features.isna().all(axis=None),
        "no_evaluation_window": evaluation.empty,
        "no_known_outcomes": len(evaluation) > 0
        and evaluation["is_failure"].isna().all(),
    }
    return tuple(code for code, is_so in codes.items() if is_so)


def _refusal(reasons: tuple[str, ...], inputs: Inputs) -> TriageDecision:
    return TriageDecision(
        verdict="refuse",
        reasons=reasons,
        policy=plain({"verdict": "refuse", "reasons": reasons, **_premises(inputs)}),
        curve=pd.DataFrame(columns=CURVE_COLUMNS),
        queue=pd.DataFrame(columns=QUEUE_COLUMNS),
        estimates={},
    )


def _premises(inputs: Inputs) -> dict[str, Any]:
    return {
        "label_definition": "is_failure, scored right after the call",
        "economics": economics_section(inputs.economics),
        "windows": windows_section(inputs.by_name, inputs.windows),
    }


def _fitted(inputs: Inputs) -> Scorer:
    history, calibrating = inputs.by_name["history"], inputs.by_name["calibration"]
    labelled = history[history["is_failure"].notna()]
    model = failure_model.fit(labelled, _failed(labelled), seed=inputs.seed)
    labelled = calibrating[calibrating["is_failure"].notna()]
    logits = failure_model.logits(model, labelled)
    return Scorer(model, choose_calibration(logits, _failed(labelled)))


def _scored(scorer: Scorer, inputs: Inputs, name: str) -> Scored:
    rows = inputs.by_name[name]
    days, _ = pd.factorize(rows["timestamp_utc"].dt.floor("D"), sort=True)
    sessions, _ = pd.factorize(rows["session_id"])
    full_traffic = inputs.fact(name, "interactions") / inputs.fact(
        name, "sampling_fraction"
    )
    return Scored(
        probabilities=scorer.probabilities(rows),
        failed=_failed(rows),
        sessions=sessions,
        traffic=Traffic(days, full_traffic / len(rows)),
    )


def _decided(scorer: Scorer, inputs: Inputs) -> TriageDecision:
    # how many calls score how high is seen on a window that is not judged
    setting = _scored(scorer, inputs, inputs.setting_window)
    threshold = stream_threshold(
        setting.probabilities, setting.traffic, inputs.economics
    )
    scored = _scored(scorer, inputs, "evaluation")
    report = calibration_report(*scored.with_known_outcome(), seed=inputs.seed)
    value = review_value(scored, inputs.economics, threshold, report)
    reasons = (*value.reasons, *_caveats(scorer, inputs))
    sections = {
        "verdict": value.verdict,
        "reasons": reasons,
        **_premises(inputs),
        "threshold": threshold_section(
            inputs.economics, threshold, inputs.setting_window
        ),
        "policies": value.policies,
        "value": {**estimates_section(value.estimates), **value.measures},
        "calibration": _calibration_section(scorer, report),
        "discrimination": discrimination_section(scored, inputs.economics),
        "model": failure_model.described(scorer.model),
    }
    return TriageDecision(
        verdict=value.verdict,
        reasons=reasons,
        policy=plain(sections),
        curve=threshold_curve(
            scored.probabilities, scored.failed, scored.traffic, inputs.economics
        ),
        queue=_queue(inputs.by_name["evaluation"], scored, value),
        estimates={**value.estimates, **report.estimates},
    )


def _calibration_section(scorer: Scorer, report: CalibrationReport) -> dict[str, Any]:
    return {
        "map": asdict(scorer.calibration),
        **estimates_section(report.estimates),
        **report.measures,
    }


def _caveats(scorer: Scorer, inputs: Inputs) -> tuple[str, ...]:
    overlap = inputs.fact("evaluation", "overlap_rate")
    codes = {
        "windows_overlap_in_time": overlap > inputs.knobs["max_window_overlap_rate"],
        scorer.calibration.reason: scorer.calibration.p_value is None,
        "fit_not_converged": not failure_model.has_converged(scorer.model),
    }
    return tuple(code for code, is_so in codes.items() if is_so)


def _queue(rows: pd.DataFrame, scored: Scored, value: ReviewValue) -> pd.DataFrame:
    queue = rows.assign(
        proba_failure=scored.probabilities, action_review=value.reviewed
    )[QUEUE_COLUMNS]
    return queue.sort_values(
        ["proba_failure", "interaction_id"],
        ascending=[False, True],
        ignore_index=True,
    )
