"""The fitted risk as a table: one row per term, enough to score a call anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from llm_telemetry.triage.calibration_map import CalibrationMap

Floats = npt.NDArray[np.float64]
Coded = tuple[npt.NDArray[np.int64], list[str]]
Term = tuple[str, str, str | None, str | None, float | None, float]

UNKNOWN = "unknown"
CROSS = " x "
COLUMNS = ["term", "kind", "feature", "level", "log_odds", "weight"]
# so that no choice hangs on the last bits of a sum
PROBABILITY_DECIMALS = 10

UNCALIBRATED = CalibrationMap("identity", "not_calibrated", 0.0, 1.0, None, 0, 0)


@dataclass(frozen=True)
class Scorecard:
    """Log odds of failure, added up term by term, and the map to a probability.

    ``numbers``: feature -> (weight of log(1 + x), what is added where x is missing).
    ``levels``: feature -> name -> what is added; a name that is not there adds nothing.
    """

    intercept: float
    numbers: Mapping[str, tuple[float, float]]
    levels: Mapping[str, Mapping[str, float]]
    calibration: CalibrationMap = UNCALIBRATED

    def calibrated(self, calibration: CalibrationMap) -> "Scorecard":
        """Return the scorecard with another map."""
        return replace(self, calibration=calibration)

    def log_odds(self, rows: pd.DataFrame) -> Floats:
        """Return the log odds of failure of each row, before calibration."""
        total = np.full(len(rows), self.intercept)
        for feature, (weight, missing) in self.numbers.items():
            logs = log_magnitude(rows[feature].to_numpy(np.float64, na_value=np.nan))
            total += np.where(np.isnan(logs), missing, weight * logs)
        coded = {name: _coded(rows[name]) for name in self._columns()}
        for feature, weights in self.levels.items():
            total += _added(weights, [coded[name] for name in feature.split(CROSS)])
        return total

    def _columns(self) -> set[str]:
        return {name for feature in self.levels for name in feature.split(CROSS)}

    def probabilities(self, rows: pd.DataFrame) -> Floats:
        """Return the calibrated probability of failure of each row."""
        mapped = self.calibration.apply(self.log_odds(rows))
        return np.round(mapped, PROBABILITY_DECIMALS)

    def table(self) -> pd.DataFrame:
        """Return one row per term, as the mart triage_scorecard has it."""
        terms: list[Term] = [
            ("intercept", "intercept", None, None, None, self.intercept)
        ]
        for feature, (weight, missing) in self.numbers.items():
            terms.append((feature, "number", feature, None, None, weight))
            terms.append(_level(feature, UNKNOWN, missing))
        for feature, weights in self.levels.items():
            terms.extend(_level(feature, name, weights[name]) for name in weights)
        line = {
            "intercept": self.calibration.intercept,
            "slope": self.calibration.slope,
        }
        for name, weight in line.items():
            terms.append(
                (f"calibration_{name}", "calibration", None, None, None, weight)
            )
        for number, (log_odds, height) in enumerate(self.calibration.knots, start=1):
            terms.append((f"knot_{number:04d}", "knot", None, None, log_odds, height))
        return pd.DataFrame(terms, columns=COLUMNS).astype(
            {"log_odds": "float64", "weight": "float64"}
        )


def _coded(column: pd.Series) -> Coded:
    """Return the number of each row's name, and the names by their number."""
    codes, names = pd.factorize(column)
    return np.where(codes < 0, len(names), codes), [*names, UNKNOWN]


def _added(weights: Mapping[str, float], columns: list[Coded]) -> Floats:
    """Return what the name of each row adds, or its pair of names."""
    (codes, names), *others = columns
    for more, their_names in others:
        codes = codes * len(their_names) + more
        names = [name + CROSS + other for name in names for other in their_names]
    looked_up: Floats = np.array([weights.get(name, 0.0) for name in names])[codes]
    return looked_up


def _level(feature: str, name: str, weight: float) -> Term:
    return f"{feature}={name}", "level", feature, name, None, weight


def no_scorecard() -> pd.DataFrame:
    """Return the table of a model that there is not."""
    return pd.DataFrame(columns=COLUMNS).astype(
        {"log_odds": "float64", "weight": "float64"}
    )


def log_magnitude(values: Floats) -> Floats:
    """Return log(1 + x), with negative values taken as 0 and missing ones kept."""
    logs: Floats = np.log1p(np.maximum(values, 0.0))
    return logs


def names_of(rows: pd.DataFrame, feature: str) -> pd.Series:
    """Return the names of a column, or of the columns that a feature crosses."""
    columns = [
        rows[column].astype(object).where(rows[column].notna(), UNKNOWN)
        for column in feature.split(CROSS)
    ]
    return columns[0] if len(columns) == 1 else columns[0] + CROSS + columns[1]
