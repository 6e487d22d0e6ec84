"""Whether today is still yesterday, from the marts drift and failure_drivers."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from llm_telemetry.decisions.statistics import Comparison
from llm_telemetry.decisions.types import (
    Basis,
    Decision,
    Row,
    check,
    measured,
    point,
    rows,
)

Comparisons = Mapping[str, Comparison]

ORDER = {"high": 0, "medium": 1, "low": 2}
EVIDENCE = [
    "window_pair",
    "feature",
    "severity",
    "psi",
    "tv_distance",
    "q_value",
    "leading_bin",
    "leading_bin_reference_share",
    "leading_bin_current_share",
]
CONCEPT_DRIFT = "concept_drift"
ADVICE = {
    CONCEPT_DRIFT: "decide on routing and triage again: calls of the same kind fail "
    "at another rate",
    "covariate_drift": "look at what moved before trusting older decisions",
    "underpowered": "wait for more sessions: a drift of medium size could go unnoticed",
    "not_evaluable": "compare features that are measured, in periods that follow",
    "stable": "nothing to do: no feature drifted significantly",
}
# of the failure model that triage fitted on history, on the evaluation window
# each with its unit
CONCEPT_UNITS = {"observed_over_expected": "ratio", "calibration_slope": "slope"}
CONCEPT = tuple(CONCEPT_UNITS)
# for each of the two; the rest is a reserve, as t is approximate with few sessions
SHARE_OF_ALARMS = 1 / 3
FITTED_ON = "history_to_evaluation"
EXPIRES = ("a later evaluation window", "another definition of failure")
ASSUMPTIONS = (
    {
        "assumption": "sessions are drawn independently of each other",
        "status": "untestable",
        "evidence": "a fault that hits many sessions at once is drift, not chance",
    },
    {
        "assumption": "the later side is later",
        "status": "checked",
        "evidence": "overlap_rate of marts.windows; overlapping windows are refused",
    },
    {
        "assumption": "the failure model errs on new calls as on sessions it left out",
        "status": "checked",
        "evidence": "a fifth of history's sessions at a time, left out of the fit",
    },
)


def decide(
    drift: pd.DataFrame,
    failure_drivers: pd.DataFrame,
    since_history: Comparisons,
    knobs: Mapping[str, float],
) -> Decision:
    """Judge features, window pairs and the failure model: one that moved is enough.

    ``since_history`` holds how failures agree with a model of earlier ones, beside how
    they would if nothing had changed; empty where that is not known. That relation
    moving (concept) outweighs features moving (covariate).
    """
    known = {} if _is_overlapping(drift) else since_history
    concept = tuple(name for name, one in known.items() if _has_moved(one, knobs))
    found = set(drift["verdict"])
    verdict = CONCEPT_DRIFT if concept else _verdict(found)
    moved = _moved(drift)
    return Decision(
        verdict=verdict,
        recommendation=ADVICE[verdict],
        summary=f"{_summary(moved, drift)}; {_spoken(known, failure_drivers)}",
        reasons=(
            *(f"{name}_moved" for name in concept),
            *(f"features_{word}" for word in sorted(found - {"no_drift"})),
            *(() if known else ("concept_not_judged",)),
        ),
        estimates=_estimates(moved, failure_drivers, known),
        evidence=rows(moved[EVIDENCE]),
        basis=_basis(drift, failure_drivers, known, knobs),
    )


def _is_overlapping(drift: pd.DataFrame) -> bool:
    pair = drift[drift["window_pair"] == FITTED_ON]
    return bool((pair["verdict"] == "windows_overlap").any())


def _has_moved(one: Comparison, knobs: Mapping[str, float]) -> bool:
    """Say whether a value is far enough from the expected one, and significantly."""
    limit = knobs["drift_false_discovery_rate"] * SHARE_OF_ALARMS
    is_far = abs(one.difference) >= knobs["min_concept_distance"]
    return bool(is_far and one.p_value <= limit)


def _moved(drift: pd.DataFrame) -> pd.DataFrame:
    moved = drift[drift["verdict"] == "drift"].assign(
        order=lambda table: table["severity"].map(ORDER)
    )
    return moved.sort_values(["order", "q_value", "feature", "window_pair"])


def _verdict(found: set[str]) -> str:
    if "drift" in found:
        return "covariate_drift"
    if "underpowered" in found:
        return "underpowered"
    # what was not compared is not stable
    return "stable" if found == {"no_drift"} else "not_evaluable"


def _summary(moved: pd.DataFrame, drift: pd.DataFrame) -> str:
    tested = int(drift["verdict"].isin(["drift", "no_drift", "underpowered"]).sum())
    if not tested:
        return "no feature could be compared"
    if moved.empty:
        return f"none of {tested} comparisons drifted significantly"
    first = moved.iloc[0]
    return (
        f"{len(moved)} of {tested} comparisons drifted significantly, most of all "
        f"{first['feature']} ({first['severity']}, PSI {first['psi']:.3g})"
    )


def _spoken(known: Comparisons, failure_drivers: pd.DataFrame) -> str:
    if "observed_over_expected" not in known:
        return "whether failures are still as frequent as expected is unknown"
    ratio = known["observed_over_expected"].estimate
    return (
        f"observed failures are {ratio.value:.3g} ({ratio.low:.3g} to "
        f"{ratio.high:.3g}) times the model's forecast"
        f"{_although(ratio.value, failure_drivers)}"
    )


def _although(ratio: float, failure_drivers: pd.DataFrame) -> str:
    """Explain each change of the failure rate that goes against the ratio.

    Fewer failures than expected at a higher rate: by history's model, the later calls
    are of kinds that failed more often. The reverse likewise.
    """
    spoken = []
    kinds = "more" if ratio < 1 else "less"
    for row in failure_drivers.to_dict("records"):
        if not (ratio - 1) * row["change"] < 0:
            continue
        moved = "rose" if row["change"] > 0 else "fell"
        rate = f"the failure rate {moved} by {100 * abs(row['change']):.2g} points"
        spoken.append(
            f"{rate} since history: later calls are of kinds that failed {kinds} often "
            "in history"
            if row["window_pair"] == FITTED_ON
            else f"{rate} between the drift windows, which cover other days"
        )
    return f", although {', and '.join(spoken)}" if spoken else ""


def _estimates(
    moved: pd.DataFrame, failure_drivers: pd.DataFrame, known: Comparisons
) -> dict[str, dict[str, Any]]:
    concept = {
        key: row
        for name, one in known.items()
        for key, row in (
            (name, measured(one.estimate, CONCEPT_UNITS[name])),
            (f"{name}_if_unchanged", point(one.expected, CONCEPT_UNITS[name])),
            (f"{name}_p_value", point(one.p_value, "p-value")),
        )
    }
    features = {
        f"{row['window_pair']}.{row['feature']}.psi": point(row["psi"], "PSI")
        for row in moved.to_dict("records")
    }
    drivers = {
        f"{row['window_pair']}.failure_rate_{part}": point(
            row[part], "failures per interaction", n=int(row["later_outcomes"])
        )
        for row in failure_drivers.to_dict("records")
        for part in ("change", "mix_change", "rate_change")
    }
    return {**concept, **drivers, **features}


def _basis(
    drift: pd.DataFrame,
    failure_drivers: pd.DataFrame,
    known: Comparisons,
    knobs: Mapping[str, float],
) -> Basis:
    limit = knobs["min_concept_distance"]
    constraints = (
        check(
            f"{name}_distance_from_unchanged",
            abs(known[name].difference) if name in known else None,
            limit,
            not _has_moved(known[name], knobs) if name in known else None,
        )
        for name in CONCEPT
    )
    return Basis(
        estimand="distance between the distributions of each feature in two windows "
        "(covariate), and between observed and expected failures (concept)",
        estimator="PSI or total variation over bins of the earlier side, with a "
        "chi-square over the Rao-Scott design effect of sessions; observed over "
        "expected failures and calibration slope of the uncalibrated failure model of "
        "history, Welch's t by session with the error of the model's fit",
        diagnostics=tuple(_diagnostics(drift, knobs)),
        assumptions=ASSUMPTIONS,
        constraints=tuple(constraints),
        sensitivity=rows(failure_drivers),
        power=rows(_power(drift)),
        expires_on=EXPIRES,
    )


def _diagnostics(drift: pd.DataFrame, knobs: Mapping[str, float]) -> Iterable[Row]:
    limit = knobs["max_window_overlap_rate"]
    for pair, overlap in drift.groupby("window_pair")["overlap_rate"].max().items():
        # windows cut by time may meet where sessions do; only the other pair is refused
        is_met = bool(overlap <= limit) if pair == FITTED_ON else None
        yield check(f"{pair}.overlap_rate", float(overlap), limit, is_met)


def _power(drift: pd.DataFrame) -> pd.DataFrame:
    """Return, by window pair, how many features could have hidden a medium drift."""
    judged = drift[drift["verdict"] != "not_measured"]
    return judged.groupby("window_pair", as_index=False).agg(
        features=("feature", "size"),
        underpowered_for_medium=("is_underpowered_for_medium", "sum"),
        underpowered_for_high=("is_underpowered_for_high", "sum"),
        fewest_effective_rows=("effective_rows", lambda found: found.min(skipna=True)),
    )
