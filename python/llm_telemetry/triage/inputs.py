"""What triage decides from, and what it needs at least."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from llm_telemetry.triage import failure_model
from llm_telemetry.triage.review_policy import Economics, Traffic
from llm_telemetry.triage.review_value import Scored
from llm_telemetry.triage.scorecard import Scorecard

Floats = npt.NDArray[np.float64]

MIN_FIT_OUTCOMES = 50
WINDOWS = ("history", "calibration", "evaluation")


@dataclass(frozen=True)
class Inputs:
    """The marts a decision reads, their rows in the order of interaction_id."""

    by_name: dict[str, pd.DataFrame]
    windows: pd.DataFrame
    knobs: Mapping[str, float]
    economics: Economics
    time_zone: str

    @classmethod
    def of(
        cls,
        features: pd.DataFrame,
        windows: pd.DataFrame,
        knobs: Mapping[str, float],
        time_zone: str,
    ) -> "Inputs":
        """Sort the rows, so that no order they came in settles a tie."""
        rows = features
        if not rows["interaction_id"].is_monotonic_increasing:
            rows = rows.sort_values("interaction_id", ignore_index=True)
        by_name = {name: rows[rows["decision_window"] == name] for name in WINDOWS}
        return cls(by_name, windows, knobs, Economics.from_knobs(knobs), time_zone)

    @property
    def seed(self) -> int:
        """Where every random draw starts."""
        return int(self.knobs["random_seed"])

    @property
    def evaluation(self) -> pd.DataFrame:
        """The rows on which a policy is evaluated."""
        return self.by_name["evaluation"]

    @property
    def setting_window(self) -> str:
        """The newest window before evaluation, whose load the threshold is set on."""
        return "history" if self.by_name["calibration"].empty else "calibration"

    @property
    def overlap(self) -> float:
        """Share of the evaluation window that is no newer than what it judges."""
        return self.fact("evaluation", "overlap_rate")

    @property
    def is_overlapping(self) -> bool:
        """Say whether the evaluation window is hardly later than what it judges."""
        return self.overlap > self.knobs["max_window_overlap_rate"]

    def fact(self, name: str, column: str) -> float:
        """Return one number about a window."""
        rows = self.windows[self.windows["window_name"] == name]
        return float(rows[column].iloc[0])

    def evaluation_days(self) -> list[str]:
        """Return the business days of the evaluation window, in order."""
        days = self.days(self.evaluation).drop_duplicates()
        return [str(day)[:10] for day in days.sort_values()]

    def days(self, rows: pd.DataFrame) -> pd.Series:
        """Return the business day of each row, as review_load_by_day counts them."""
        moments = pd.to_datetime(rows["timestamp_utc"], utc=True)
        local = moments.dt.tz_convert(self.time_zone).dt.tz_localize(None)
        days: pd.Series = local.dt.floor("D")
        return days

    def labelled(self, name: str) -> tuple[pd.DataFrame, Floats]:
        """Return the rows of a window whose outcome is known, and the outcomes."""
        rows = self.by_name[name]
        rows = rows[rows["is_failure"].notna()]
        return rows, failed(rows)

    def scored(self, scorecard: Scorecard, name: str) -> Scored:
        """Return a window with the probabilities of a scorecard."""
        rows = self.by_name[name]
        days, _ = pd.factorize(self.days(rows), sort=True)
        sessions, _ = pd.factorize(rows["session_id"])
        calls = self.fact(name, "interactions")
        full_traffic = calls / self.fact(name, "sampling_fraction")
        return Scored(
            probabilities=scorecard.probabilities(rows),
            failed=failed(rows),
            sessions=sessions,
            traffic=Traffic(days, full_traffic / len(rows)),
        )

    def obstacles(self) -> tuple[str, ...]:
        """Return why nothing can be learned or judged, if so."""
        history, evaluation = self.by_name["history"], self.evaluation
        outcomes = failed(history)
        features = history[failure_model.NUMERIC + failure_model.CATEGORICAL]
        codes = {
            "too_few_failures": (outcomes == 1).sum() < MIN_FIT_OUTCOMES,
            "too_few_successes": (outcomes == 0).sum() < MIN_FIT_OUTCOMES,
            "no_features": features.isna().all(axis=None),
            "no_evaluation_window": evaluation.empty,
            "no_known_outcomes": len(evaluation) > 0
            and evaluation["is_failure"].isna().all(),
        }
        return tuple(code for code, is_so in codes.items() if is_so)


def failed(rows: pd.DataFrame) -> Floats:
    """Return 1 for a failure, 0 for a success and NaN where unknown."""
    nullable = rows["is_failure"].astype("boolean").astype("Float64")
    return np.asarray(nullable.to_numpy(na_value=np.nan), dtype=np.float64)
