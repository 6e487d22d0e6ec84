"""Where it breaks, from the marts risk_slices and model_hotspots."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import pandas as pd
from scipy import stats

from llm_telemetry.decisions.types import Basis, Decision, Row, check, rows

SHOWN = 10
NOT_JUDGED = ["insufficient_support", "no_complement", "unmeasured"]


@dataclass(frozen=True)
class Metric:
    """What a slice is flagged for: its columns in the mart, its price and its words."""

    name: str
    short: str
    interactions: str
    events: str
    price: str
    one: str
    several: str
    label: str
    unit: str

    def columns(self) -> dict[str, str]:
        """Return the columns of a finding by those of the mart."""
        dollars = f"excess_{self.short}_usd"
        return {
            "slice": "slice",
            self.interactions: "interactions",
            self.events: "events",
            self.name: "rate",
            f"{self.name}_low": "rate_low",
            f"{self.name}_high": "rate_high",
            f"complement_{self.name}": "complement_rate",
            f"complement_{self.name}_low": "complement_rate_low",
            f"complement_{self.name}_high": "complement_rate_high",
            f"excess_{self.events}": "excess_events",
            f"{self.short}_q_value": "q_value",
            dollars: "metric_usd",
            f"{dollars}_low": "metric_usd_low",
            f"{dollars}_high": "metric_usd_high",
        }


FAILURES = Metric(
    name="failure_rate",
    short="failure",
    interactions="interactions",
    events="failures",
    price="failure_event_cost_usd",
    one="failure",
    several="failures",
    label="failing",
    unit="failures per interaction",
)
SLA_BREACHES = Metric(
    name="sla_breach_rate",
    short="sla",
    interactions="measured_latencies",
    events="sla_breaches",
    price="sla_breach_penalty_usd",
    one="SLA breach",
    several="SLA breaches",
    label="slow",
    unit="SLA breaches per interaction with a latency",
)
METRICS = {metric.name: metric for metric in (FAILURES, SLA_BREACHES)}
# of the slice, whatever it is flagged for
SPLIT = {
    "excess_failure_usd": "failure_usd",
    "excess_sla_usd": "sla_usd",
    "excess_cost_usd": "cash_usd",
    "excess_usd": "net_usd",
    "excess_usd_low": "net_usd_low",
    "excess_usd_high": "net_usd_high",
}
FINDING = (
    *("slice", "metric", "label", "interactions", "events"),
    *("rate", "rate_low", "rate_high"),
    *("complement_rate", "complement_rate_low", "complement_rate_high"),
    *("excess_events", "q_value", "usd_per_event"),
    *("metric_usd", "metric_usd_low", "metric_usd_high"),
    *SPLIT.values(),
)

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
        "assumption": "a failure and an SLA breach cost what their knobs say",
        "status": "untestable",
        "evidence": "failure_event_cost_usd and sla_breach_penalty_usd are set, not "
        "measured; cash_usd is the only part that a provider bills",
    },
    {
        "assumption": "a slice is not listed for its luck",
        "status": "untestable",
        "evidence": "intervals are of slices named in advance; the excess of flagged "
        "ones is too high on average",
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
    """Name what fails or breaches more than the rest, and what of that costs more.

    A finding is a slice and the metric it is flagged for. What another slice explains
    is left to that one. Models are judged as slices too; ``model_hotspots`` only adds
    how many of them are hotspots.
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
    ranked = findings(judged, knobs)
    first = headline(ranked)
    # the first that costs more is shown, however many others come before it
    shown = ranked[(ranked.index < SHOWN) | ranked.index.isin(first.index)]
    models = int((model_hotspots["verdict"] == "hotspot").sum())
    return Decision(
        verdict="hotspots" if len(found) else "none",
        recommendation=_advice(ranked, first),
        summary=_summary(first, len(found), len(judged), knobs),
        reasons=(f"slices_flagged_{len(found)}", f"models_flagged_{models}"),
        estimates={
            f"{row['slice']}.{row['metric']}": _rate(row)
            for row in shown.to_dict("records")
        },
        evidence=rows(shown),
        basis=_basis(risk_slices, judged, found, knobs),
    )


def findings(judged: pd.DataFrame, knobs: Mapping[str, float]) -> pd.DataFrame:
    """Return a row per slice and flagged metric, the most expensive of them first."""
    found = pd.concat(
        [_findings_of(metric, judged, knobs) for metric in METRICS.values()],
        ignore_index=True,
    )
    dollars = ["metric_usd", "excess_events"]
    return found.sort_values(
        [*dollars, "slice", "metric"], ascending=[False, False, True, True]
    ).reset_index(drop=True)


def _findings_of(
    metric: Metric, judged: pd.DataFrame, knobs: Mapping[str, float]
) -> pd.DataFrame:
    flagged = judged[judged[f"{metric.short}_verdict"] == "hotspot"]
    own = flagged[list(metric.columns())].rename(columns=metric.columns())
    found = own.join(flagged[list(SPLIT)].rename(columns=SPLIT))
    # an unknown interval proves no loss
    is_costly = found["net_usd_low"] > 0
    return found.assign(
        metric=metric.name,
        label=is_costly.map({True: "costly", False: metric.label}),
        usd_per_event=float(knobs[metric.price]),
    )[list(FINDING)]


def headline(ranked: pd.DataFrame) -> pd.DataFrame:
    """Return the first finding whose slice costs more than the rest, or no row."""
    return ranked[ranked["net_usd"] > 0].head(1)


def _advice(ranked: pd.DataFrame, first: pd.DataFrame) -> str:
    if ranked.empty:
        return "nothing to do: no slice differs significantly"
    if first.empty:
        return "nothing to save: no slice that differs costs more than the rest"
    lead = first.iloc[0]
    return f"start with the {METRICS[lead['metric']].several} of {lead['slice']}"


def _summary(
    first: pd.DataFrame, found: int, judged: int, knobs: Mapping[str, float]
) -> str:
    counted = f"{found:,} of {judged:,} slices differ significantly"
    if found == 0:
        return counted
    if first.empty:
        return f"{counted}, none costs more than the rest"
    lead = first.iloc[0]
    metric = METRICS[lead["metric"]]
    verb = "fails" if metric is FAILURES else "breaches the SLA in"
    return (
        f"{counted}; {lead['slice']} {verb} {lead['rate']:.1%} "
        f"({lead['rate_low']:.1%} to {lead['rate_high']:.1%}; elsewhere "
        f"{lead['complement_rate']:.1%}): estimated excess loss "
        f"{_usd(lead['metric_usd'])} at {lead['usd_per_event']:,.4g} USD per "
        f"{metric.one}; net {_usd(lead['net_usd'])}{_interval(lead)} with "
        f"{_others(lead, metric, knobs)}"
    )


def _others(lead: "pd.Series[Any]", metric: Metric, knobs: Mapping[str, float]) -> str:
    """Return the parts of the net that are not the metric's own dollars."""
    (other,) = (one for one in METRICS.values() if one is not metric)
    priced = _part(lead[f"{other.short}_usd"], other.several)
    price = f"{knobs[other.price]:,.4g} USD"
    return f"{priced} at {price} and {_part(lead['cash_usd'], 'cash')}"


def _part(value: float, what: str) -> str:
    return f"unknown {what}" if pd.isna(value) else f"{_usd(value)} of {what}"


def _interval(lead: "pd.Series[Any]") -> str:
    if pd.isna(lead["net_usd_low"]):
        return ""
    return f" ({_usd(lead['net_usd_low'], '')} to {_usd(lead['net_usd_high'], '')})"


def _usd(value: float, unit: str = " USD") -> str:
    # a zero has no sign
    value = value + 0.0
    return f"{value:,.0f}{unit}" if abs(value) >= 10 else f"{value:.2g}{unit}"


def _rate(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "value": row["rate"],
        "se": None,
        "low": row["rate_low"],
        "high": row["rate_high"],
        "n": int(row["interactions"]),
        "clusters": None,
        "unit": METRICS[row["metric"]].unit,
    }


def _basis(
    risk_slices: pd.DataFrame,
    judged: pd.DataFrame,
    found: pd.DataFrame,
    knobs: Mapping[str, float],
) -> Basis:
    return Basis(
        estimand="failures or SLA breaches of a slice beyond the rate of all other "
        "interactions, E = k - n p, at the price of one; net: both, and cash beyond "
        "the average cost of all other calls",
        estimator="one-sided test of slice against complement over the design effect "
        "of session groups, behind a chi-square gate of the whole family; false "
        "discoveries bounded by Benjamini and Hochberg over all slices and metrics; "
        "dollars by the interval of the difference of two rates (Newcombe), net by a t "
        "interval over session groups",
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
