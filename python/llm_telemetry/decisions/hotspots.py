"""Where it breaks, from the marts risk_slices and model_hotspots."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import pandas as pd
from scipy import stats

from llm_telemetry.decisions.types import Basis, Decision, Row, check, rows

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

POWER = 0.8
ASSUMPTIONS = (
    {
        "assumption": "sessions are independent of each other",
        "status": "untestable",
        "evidence": "design effects are estimated between groups of whole sessions",
    },
    {
        "assumption": "unknown outcomes are as the known ones",
        "status": "checked",
        "evidence": "integrity check unknown_outcome bounds their share",
    },
    {
        "assumption": "a slice says where calls fail, not why",
        "status": "untestable",
        "evidence": "what else sets its calls apart is not compared",
    },
)


def decide(
    risk_slices: pd.DataFrame,
    model_hotspots: pd.DataFrame,
    knobs: Mapping[str, float],
) -> Decision:
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
        basis=_basis(risk_slices, judged, found, knobs),
    )


def _advice(leading: pd.DataFrame) -> str:
    if leading.empty:
        return "nothing to do: no slice differs significantly"
    return f"start with {leading.iloc[0]['slice']}"


def _summary(leading: pd.DataFrame, found: int, judged: int) -> str:
    if leading.empty:
        return f"0 of {judged:,} slices differ significantly"
    first = leading.iloc[0]
    return (
        f"{found:,} of {judged:,} slices differ significantly; {first['slice']} fails "
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


def _basis(
    risk_slices: pd.DataFrame,
    judged: pd.DataFrame,
    found: pd.DataFrame,
    knobs: Mapping[str, float],
) -> Basis:
    return Basis(
        estimand="failures and SLA breaches of a slice beyond the rate of all other "
        "interactions, E = k - n p, and what they cost",
        estimator="one-sided test of slice against complement over the design effect "
        "of session groups, behind a chi-square gate of the whole family; false "
        "discoveries bounded by Benjamini and Hochberg over all slices and metrics",
        diagnostics=tuple(_diagnostics(judged, knobs)),
        assumptions=ASSUMPTIONS,
        constraints=(_largest_q_value(found, knobs),),
        sensitivity=rows(_by_rule(risk_slices)),
        power=(_power(judged, len(found), knobs),),
        expires_on=("later interactions", "another SLA or price of a failure"),
    )


def _diagnostics(judged: pd.DataFrame, knobs: Mapping[str, float]) -> list[Row]:
    p_values = judged.groupby("family")["failure_family_p_value"].first()
    few = judged["failures"] < knobs["exact_below_events"]
    return [
        check("slices_judged", float(len(judged)), None, None),
        check("largest_design_effect", _largest_design_effect(judged), None, None),
        check("slices_with_exact_tail", float(few.sum()), None, None),
        check(
            "families_that_differ",
            float((p_values <= knobs["max_homogeneity_p_value"]).sum()),
            float(len(p_values)),
            None,
        ),
    ]


def _largest_design_effect(judged: pd.DataFrame) -> float:
    effects = judged[["failure_design_effect", "sla_design_effect"]]
    return float(effects.max().max())


def _largest_q_value(found: pd.DataFrame, knobs: Mapping[str, float]) -> Row:
    """Return the weaker evidence of the metric that made a slice a hotspot."""
    limit = knobs["max_hotspot_q_value"]
    q_values = pd.concat(
        [
            found.loc[found[f"{metric}_verdict"] == "hotspot", f"{metric}_q_value"]
            for metric in ("failure", "sla")
        ]
    )
    largest = float(q_values.max()) if len(q_values) else None
    return check("largest_q_value", largest, limit, None if largest is None else True)


def _by_rule(risk_slices: pd.DataFrame) -> pd.DataFrame:
    """Return how many slices each verdict has, and what fixed thresholds would say."""
    counts = risk_slices["verdict"].value_counts().sort_index()
    counted = counts.rename_axis("rule").rename("slices").reset_index()
    fixed = int(risk_slices["is_reference_hotspot"].sum())
    reference = pd.DataFrame([{"rule": "fixed_thresholds", "slices": fixed}])
    return pd.concat([counted, reference], ignore_index=True)


def _power(judged: pd.DataFrame, found: int, knobs: Mapping[str, float]) -> Row:
    """Return the failure rate that a slice of median size would be found at.

    Normal approximation: p + (z_alpha + z_power) sqrt(p (1 - p) deff / n), alpha the
    step of Benjamini and Hochberg that was reached.
    """
    rate = judged["failures"].sum() / judged["interactions"].sum()
    effects = judged["failure_design_effect"].clip(lower=1).fillna(1)
    rows_worth = float((judged["interactions"] / effects).median())
    alpha = knobs["max_hotspot_q_value"] * max(found, 1) / (2 * len(judged))
    reach = stats.norm.isf(alpha) + stats.norm.ppf(POWER)
    return {
        "power": POWER,
        "median_effective_interactions": rows_worth,
        "failure_rate_elsewhere": float(rate),
        "failure_rate_found": float(
            rate + reach * sqrt(rate * (1 - rate) / rows_worth)
        ),
    }
