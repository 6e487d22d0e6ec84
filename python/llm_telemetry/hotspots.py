"""Where it breaks, from the marts risk_slices and model_hotspots."""

from typing import Any

import pandas as pd

from llm_telemetry.decision import Decision, rows

SHOWN = 10
NOT_JUDGED = ["insufficient_support", "no_complement", "unmeasured"]
EVIDENCE = [
    "slice",
    "interactions",
    "failures",
    "failure_rate",
    "failure_rate_low",
    "failure_rate_high",
    "excess_failures",
    "failure_q_value",
    "sla_breach_rate",
    "excess_sla_breaches",
    "sla_q_value",
    "excess_usd",
    "verdict",
]


def decide(risk_slices: pd.DataFrame, model_hotspots: pd.DataFrame) -> Decision:
    """Name the slices that cost the most beyond the rest of the traffic.

    A slice that another one explains is left to that one. Models are judged as
    slices too; ``model_hotspots`` only adds how many of them are hotspots.
    """
    judged = risk_slices[~risk_slices["verdict"].isin(NOT_JUDGED)]
    if judged.empty:
        return Decision(
            "not_evaluable",
            "wait for more traffic",
            "no slice has enough interactions",
            ("no_slice_with_enough_interactions",),
        )
    found = judged[judged["verdict"] == "hotspot"]
    leading = found.sort_values(["excess_usd", "slice"], ascending=[False, True])
    leading = leading.head(SHOWN)
    models = int((model_hotspots["verdict"] == "hotspot").sum())
    return Decision(
        verdict="hotspots" if len(found) else "none",
        recommendation=_advice(leading),
        summary=_summary(leading, len(found), len(judged)),
        reasons=(f"slices_flagged_{len(found)}", f"models_flagged_{models}"),
        estimates={
            f"{row['slice']}.failure_rate": _rate(row)
            for row in leading.to_dict("records")
        },
        evidence=rows(leading[EVIDENCE]),
    )


def _advice(leading: pd.DataFrame) -> str:
    if leading.empty:
        return "nothing to do: no slice differs beyond chance"
    return f"start with {leading.iloc[0]['slice']}"


def _summary(leading: pd.DataFrame, found: int, judged: int) -> str:
    if leading.empty:
        return f"0 of {judged:,} slices beyond chance"
    first = leading.iloc[0]
    return (
        f"{found:,} of {judged:,} slices beyond chance; {first['slice']} fails "
        f"{first['failure_rate']:.1%} ({first['failure_rate_low']:.1%} to "
        f"{first['failure_rate_high']:.1%}), {first['excess_usd']:,.0f} USD too much"
    )


def _rate(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "value": row["failure_rate"],
        "se": None,
        "low": row["failure_rate_low"],
        "high": row["failure_rate_high"],
        "n": int(row["interactions"]),
        "clusters": None,
        "unit": "failures per interaction",
    }
