"""Hotspots against the truth: how many are none, and how many are missed."""

from functools import cache
from itertools import combinations

import pandas as pd

from calibration.replicate import Replicate
from calibration.store import Numbers
from llm_telemetry.simulate import simulate

MARTS = ("int_slice_heterogeneity", "risk_slices", "interactions")
METRICS = {"failures": "failure_rate", "sla_breaches": "sla_breach_rate"}
VERDICTS = {"failures": "failure_verdict", "sla_breaches": "sla_verdict"}
DIMENSIONS = (
    *("use_case", "account_tier", "channel", "region", "segment"),
    *("model_provider", "model_name"),
)
POPULATION = 300_000
MIN_RATIO = 1.05
# what the net is made of, and the interactions in which each is known
PRICES = {
    "failure_rate": "failure_event_cost_usd",
    "sla_breach_rate": "sla_breach_penalty_usd",
}
KNOWN = {"failure_rate": "interactions", "sla_breach_rate": "measured_latencies"}
MATERIAL_RATIO = 1.5
FOUND = ("hotspot", "explained", "same_rows")
UNSUPPORTED = ("unmeasured", "insufficient_support")


def measure(replicate: Replicate) -> Numbers:
    """Return false discoveries, power, family p-values, and coverage of the net.

    A hotspot is false where its true rate is at most 1.05 times that of the rest, and
    a slice material where it is 1.5 times that or more; found is also what is
    explained by a slice around or inside it.
    """
    slices = replicate.marts["risk_slices"].set_index("slice")
    by_metric = {metric: slices[name] for metric, name in VERDICTS.items()}
    verdicts = pd.concat(by_metric, names=["metric"]).swaplevel().rename("verdict")
    judged = verdicts[~verdicts.isin(UNSUPPORTED)].reset_index()
    keys = pd.MultiIndex.from_frame(judged[["slice", "metric"]])
    ratios = true_ratios(replicate.simulation.truth["world"])
    ratio = ratios.reindex(keys).to_numpy()
    flagged = (judged["verdict"] == "hotspot").to_numpy()
    found = judged["verdict"].isin(FOUND).to_numpy()
    power = {}
    for metric in METRICS:
        material = ((judged["metric"] == metric) & (ratio >= MATERIAL_RATIO)).to_numpy()
        power |= {
            f"found_{metric}": (found & material).sum(),
            f"material_{metric}": material.sum(),
        }
    families = replicate.marts["int_slice_heterogeneity"]
    quiet = families[~families["family"].str.contains("model_")]["p_value"].dropna()
    return {
        "false_discovery_share": (flagged & (ratio < MIN_RATIO)).sum()
        / max(flagged.sum(), 1),
        "hotspots": flagged.sum(),
        "family_alarms": (quiet <= 0.05).sum(),
        "families": len(quiet),
        "planted_lead": _planted_lead(replicate),
        **_coverage_of_net(replicate, slices),
    } | power


def _coverage_of_net(replicate: Replicate, slices: pd.DataFrame) -> Numbers:
    """Count the supported slices whose interval contains their true net excess."""
    judged = slices[~slices["verdict"].isin((*UNSUPPORTED, "no_complement"))]
    excess = true_excess(replicate.simulation.truth["world"]).reindex(judged.index)
    net = judged["interactions"] * excess["cost_usd"]
    for rate, knob in PRICES.items():
        net += replicate.knobs[knob] * judged[KNOWN[rate]] * excess[rate]
    covers = (judged["excess_usd_low"] <= net) & (net <= judged["excess_usd_high"])
    found = judged["verdict"] == "hotspot"
    costly = net.notna() & found & (judged["excess_usd_low"] > 0)
    return {
        "costly": costly.sum(),
        "costly_but_no_loss": (costly & (net <= 0)).sum(),
        "net_covers": covers[net.notna()].sum(),
        "net_judged": net.notna().sum(),
        "net_covers_found": covers[net.notna() & found].sum(),
        "net_found": (net.notna() & found).sum(),
    }


def _planted_lead(replicate: Replicate) -> float:
    planted = {
        f"use_case={one['use_case']}|account_tier={one['account_tier']}"
        for one in replicate.simulation.truth["planted_slices"]
    }
    ranked = replicate.marts["risk_slices"].sort_values("risk_rank")
    return float(set(ranked["slice"].head(len(planted))) == planted)


@cache
def true_rates(world: str) -> pd.DataFrame:
    """Return, by slice, each true rate and the mean cost, and those of the rest.

    From the exact probabilities of a population thirty times the log, and its costs.
    """
    population = simulate(world, interactions=POPULATION, seed=1_000_003)
    log = population.interactions.reset_index(drop=True)
    calls = population.expected_rates.reset_index(drop=True)
    calls["cost_usd"] = log["cost_usd"].fillna(log["cost_usd"].mean())
    parts = []
    for size in (1, 2, 3):
        for keys in combinations(DIMENSIONS, size):
            grouped = calls.join(log[list(keys)]).groupby(list(keys), observed=True)
            sums, counts = grouped.sum(), grouped.size()
            rest = (calls.sum() - sums).div(len(calls) - counts, axis=0)
            part = sums.div(counts, axis=0).join(rest.add_suffix("_elsewhere"))
            part.index = pd.Index(
                "|".join(f"{key}={name}" for key, name in zip(keys, names, strict=True))
                for names in part.index.to_frame().to_numpy()
            )
            parts.append(part)
    return pd.concat(parts)


def true_ratios(world: str) -> pd.Series:
    """Return, by slice and metric, the true rate over the true rate of the rest."""
    rates = true_rates(world)
    ratios = pd.DataFrame(
        {
            metric: rates[rate] / rates[f"{rate}_elsewhere"]
            for metric, rate in METRICS.items()
        }
    )
    return ratios.stack()


def true_excess(world: str) -> pd.DataFrame:
    """Return, by slice, each true rate and the mean cost beyond those of the rest."""
    rates = true_rates(world)
    names = [*METRICS.values(), "cost_usd"]
    return pd.DataFrame(
        {name: rates[name] - rates[f"{name}_elsewhere"] for name in names}
    )
