"""The types that all decisions share."""

import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    # scipy takes most of a second to import, and the command line needs none of it
    from llm_telemetry.decisions.statistics import Estimate


Row = dict[str, Any]


@dataclass(frozen=True)
class Basis:
    """What a verdict is based on, so that a reader can challenge it.

    ``diagnostics`` and ``constraints`` have name, value, limit and is_met;
    ``assumptions`` have assumption, status (checked or untestable) and evidence;
    ``sensitivity`` and ``power`` are flat rows with columns of their own;
    ``expires_on`` lists in words what ends the decision early.
    """

    estimand: str = ""
    estimator: str = ""
    diagnostics: tuple[Row, ...] = ()
    assumptions: tuple[Row, ...] = ()
    constraints: tuple[Row, ...] = ()
    sensitivity: tuple[Row, ...] = ()
    power: tuple[Row, ...] = ()
    expires_on: tuple[str, ...] = ()


def check(
    name: str, value: float | None, limit: float | None, is_met: bool | None
) -> Row:
    """Return a diagnostic or a constraint; ``is_met`` is None where unknown."""
    return {"name": name, "value": value, "limit": limit, "is_met": is_met}


@dataclass(frozen=True)
class Decision:
    """A verdict with its reasons, its numbers and the rows it is computed from.

    ``summary`` is the decision in one sentence, with its numbers. ``estimates`` maps
    a name to value, se, low, high (95 %), n, clusters and unit; what could not be
    estimated is None. ``evidence`` contains flat rows of marts.
    """

    verdict: str
    recommendation: str
    summary: str
    reasons: tuple[str, ...] = ()
    estimates: dict[str, dict[str, Any]] = field(default_factory=dict)
    evidence: tuple[dict[str, Any], ...] = ()
    basis: Basis = Basis()


def expired(decision: Decision, code: str) -> Decision:
    """Return the decision as expired, with ``code`` in its reasons and basis."""
    basis = replace(
        decision.basis, expires_on=(*decision.basis.expires_on, f"now: {code}")
    )
    return replace(
        decision, reasons=(*decision.reasons, f"expired_by_{code}"), basis=basis
    )


def measured(estimate: "Estimate", unit: str) -> dict[str, Any]:
    """Return an estimate as the artifact writes it."""
    return {**asdict(estimate), "unit": unit}


def point(value: float | None, unit: str, *, n: int | None = None) -> dict[str, Any]:
    """Return a number without an interval as the artifact writes it."""
    gaps = dict.fromkeys(("se", "low", "high", "clusters"))
    return {"value": value, "n": n, **gaps, "unit": unit}


def plain(value: Any) -> Any:
    """Return ``value`` as JSON types: ten significant digits, None for NaN."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if hasattr(value, "item") and not isinstance(value, pd.Timestamp):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.10g}") if math.isfinite(value) else None
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value.isoformat()}Z"
    return value


def rows(frame: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    """Return the rows of a frame as plain dictionaries."""
    return tuple(plain(row) for row in frame.to_dict("records"))
