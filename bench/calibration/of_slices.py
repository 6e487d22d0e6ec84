"""Hotspots against the truth: how many are none, and how many are missed."""

from functools import cache
from itertools import combinations

import numpy as np
import numpy.typing as npt
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
MATERIAL_RATIO = 1.5
FOUND = ("hotspot", "explained", "same_rows")
UNSUPPORTED = ("unmeasured", "insufficient_support")


def measure(replicate: Replicate) -> Numbers:
    """Return false discoveries, power over material slices, and family p-values.

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
    } | power


def _planted_lead(replicate: Replicate) -> float:
    planted = {
        f"use_case={one['use_case']}|account_tier={one['account_tier']}"
        for one in replicate.simulation.truth["planted_slices"]
    }
    ranked = replicate.marts["risk_slices"].sort_values("risk_rank")
    return float(set(ranked["slice"].head(len(planted))) == planted)


@cache
def true_ratios(world: str) -> pd.Series:
    """Return, by slice and metric, the true rate over the true rate of the rest.

    From the exact probabilities of a population thirty times the log.
    """
    population = simulate(world, interactions=POPULATION, seed=1_000_003)
    log = population.interactions[list(DIMENSIONS)].reset_index(drop=True)
    rates = population.expected_rates.reset_index(drop=True)
    parts = []
    for size in (1, 2, 3):
        for keys in combinations(DIMENSIONS, size):
            grouped = rates.join(log).groupby(list(keys), observed=True)
            sums = grouped[list(METRICS.values())].sum()
            counts = grouped.size()
            sums.index = pd.Index(
                "|".join(f"{key}={name}" for key, name in zip(keys, names, strict=True))
                for names in sums.index.to_frame().to_numpy()
            )
            parts.append(_ratio_to_rest(sums, counts.to_numpy(), rates))
    return pd.concat(parts)


def _ratio_to_rest(
    sums: pd.DataFrame, counts: npt.NDArray[np.int64], rates: pd.DataFrame
) -> pd.Series:
    rest = (rates.sum() - sums).div(len(rates) - counts, axis=0)
    ratios = sums.div(counts, axis=0) / rest
    metrics = {rate: metric for metric, rate in METRICS.items()}
    return ratios.rename(columns=metrics).stack()
