"""Whether today's traffic is still that of yesterday, from the mart drift."""

import pandas as pd

from llm_telemetry.decision import Decision, point, rows

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
ADVICE = {
    "drift": "look at the features that moved before trusting older decisions",
    "underpowered": "wait for more sessions: a drift of medium size could hide",
    "not_evaluable": "compare features that are measured, in periods that follow",
    "stable": "nothing to do: no feature moved beyond chance",
}


def decide(drift: pd.DataFrame) -> Decision:
    """Judge all features and window pairs: one that drifted is enough."""
    found = set(drift["verdict"])
    verdict = _verdict(found)
    moved = drift[drift["verdict"] == "drift"].assign(
        order=lambda table: table["severity"].map(ORDER)
    )
    moved = moved.sort_values(["order", "q_value", "feature", "window_pair"])
    return Decision(
        verdict=verdict,
        recommendation=ADVICE[verdict],
        summary=_summary(moved, drift),
        reasons=tuple(f"features_{word}" for word in sorted(found - {"no_drift"})),
        estimates={
            f"{row['window_pair']}.{row['feature']}.psi": point(row["psi"], "PSI")
            for row in moved.to_dict("records")
        },
        evidence=rows(moved[EVIDENCE]),
    )


def _verdict(found: set[str]) -> str:
    if "drift" in found:
        return "drift"
    if "underpowered" in found:
        return "underpowered"
    # what was not compared is not stable
    return "stable" if found == {"no_drift"} else "not_evaluable"


def _summary(moved: pd.DataFrame, drift: pd.DataFrame) -> str:
    tested = int(drift["verdict"].isin(["drift", "no_drift", "underpowered"]).sum())
    if moved.empty:
        return f"0 of {tested} comparisons moved beyond chance"
    first = moved.iloc[0]
    return (
        f"{len(moved)} of {tested} comparisons moved beyond chance; most "
        f"{first['feature']} ({first['severity']}, PSI {first['psi']:.3g})"
    )
