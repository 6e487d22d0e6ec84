"""The tables of the published reference as lazy polars: group-bys, drift, routing."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
from reference_rules import (
    ARM,
    BREACH_USD,
    FAILURE_USD,
    LADDER,
    MAX_FAILURE_RATE,
    MIN_REQUESTS,
    NAMES,
    NUMBERS,
    RATIO,
    SLA_MS,
)

DECILES = np.linspace(0, 1, 11).tolist()
Row = dict[str, Any]


def measures() -> list[pl.Expr]:
    """Return counts, rates, latency percentiles and cost."""
    latency = pl.col("latency_ms")
    return [
        pl.len().alias("requests"),
        pl.col("is_failure").mean().alias("fail_rate"),
        pl.col("is_breach").mean().alias("sla_breach_rate"),
        latency.is_null().mean().alias("latency_missing_rate"),
        pl.col("cost_usd").sum(),
        pl.col("cost_usd").mean().alias("avg_cost"),
        *(
            latency.quantile(share, "linear").alias(f"p{share * 100:.0f}_latency")
            for share in (0.5, 0.95, 0.99)
        ),
    ]


def unit_cost() -> pl.Expr:
    """Return what a request costs with its failures and breaches, USD."""
    cost = (
        pl.col("avg_cost")
        + FAILURE_USD * pl.col("fail_rate")
        + BREACH_USD * pl.col("sla_breach_rate")
    )
    return cost.alias("expected_unit_cost")


def health(log: pl.LazyFrame, keys: Sequence[str]) -> pl.LazyFrame:
    """Return counts, rates, latency percentiles and cost by key."""
    return log.group_by(keys).agg(measures()).with_columns(unit_cost()).sort(keys)


def hotspots(log: pl.LazyFrame, keys: Sequence[str]) -> pl.LazyFrame:
    """Return the slices that break a fixed threshold, the worst first."""
    is_slow = pl.col("p95_latency") > SLA_MS
    is_failing = pl.col("fail_rate") > 0.06
    return (
        health(log, keys)
        .filter(pl.col("requests") >= MIN_REQUESTS)
        .with_columns((is_failing | is_slow).alias("is_hotspot"))
        .sort("expected_unit_cost", descending=True)
    )


def lattice(log: pl.LazyFrame) -> pl.LazyFrame:
    """Return every slice of up to three dimensions, not only one pair of them."""
    sets = [keys for size in (1, 2, 3) for keys in combinations(NAMES, size)]
    return pl.concat([slices(log, list(keys)) for keys in sets], how="diagonal")


def slices(log: pl.LazyFrame, keys: Sequence[str]) -> pl.LazyFrame:
    """Return counts, rates, cost and the 95th percentile of latency by key."""
    shown = {"requests", "fail_rate", "sla_breach_rate", "avg_cost", "p95_latency"}
    kept = [one for one in measures() if one.meta.output_name() in shown]
    return (
        log.group_by(keys)
        .agg(kept)
        .filter(pl.col("requests") >= MIN_REQUESTS)
        .with_columns(unit_cost())
        .sort(keys)
    )


def drift_report(log: pl.DataFrame) -> pl.DataFrame:
    """Return PSI of numbers and TV of names, earliest 40 % against latest 20 %."""
    place = pl.col("timestamp_utc").rank("ordinal")
    early, late = (
        log.lazy().filter(is_in).select([*NUMBERS, RATIO, *NAMES]).collect()
        for is_in in (
            place <= int(log.height * 0.4),
            place > int(log.height * 0.8),
        )
    )
    edges = early.select(pl.col([*NUMBERS, RATIO]).quantile(DECILES, "linear"))
    rows: list[Row] = [
        {"feature": name, "psi": psi(early[name], late[name], edges[name][0])}
        for name in (*NUMBERS, RATIO)
    ]
    for name in NAMES:
        early_share, late_share = (
            part[name].value_counts(normalize=True, name=which)
            for part, which in ((early, "early"), (late, "late"))
        )
        both = early_share.join(late_share, on=name, how="full").fill_null(0.0)
        gap = (both["early"] - both["late"]).abs().sum() / 2
        rows.append({"feature": name, "tv_distance": gap})
    return pl.DataFrame(rows, schema=["feature", "psi", "tv_distance"])


def psi(early: pl.Series, late: pl.Series, deciles: pl.Series) -> float:
    """Return the population stability index over the early deciles."""
    inner = deciles.unique().sort()[1:-1]
    shares = []
    for part in (early.drop_nulls(), late.drop_nulls()):
        bins = inner.search_sorted(part, side="right").to_numpy()
        counts = np.bincount(bins, minlength=len(inner) + 1)
        shares.append(np.clip(counts / len(part), 1e-6, None))
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def routing_policy(arms: pl.DataFrame) -> pl.DataFrame:
    """Return per use case the cheapest arm of the first step that any satisfies."""
    ranked = arms.filter(pl.col("requests") >= MIN_REQUESTS).sort(
        ["expected_unit_cost", "p95_latency", "requests", "model_provider"],
        descending=[False, False, True, False],
    )
    step, mode = pl.lit(len(LADDER)), pl.lit("fallback_unconstrained")
    for number, (name, factor, allowance) in reversed(list(enumerate(LADDER))):
        fits = (pl.col("p95_latency") <= SLA_MS * factor) & (
            pl.col("fail_rate") <= MAX_FAILURE_RATE + allowance
        )
        step = pl.when(fits).then(pl.lit(number)).otherwise(step)
        mode = pl.when(fits).then(pl.lit(name)).otherwise(mode)
    return (
        ranked.with_columns(policy_mode=mode, step=step)
        .sort("use_case", "step", maintain_order=True)
        .unique("use_case", keep="first", maintain_order=True)
        .drop("step")
    )


def backtest(policy: pl.DataFrame, arms: pl.DataFrame, baseline: Row) -> pl.DataFrame:
    """Return the policy's matched-rows unit cost beside that of all rows."""
    traffic = arms.group_by("use_case").agg(pl.col("requests").sum().alias("traffic"))
    matched = policy.select(ARM).join(arms, on=ARM).join(traffic, on="use_case")
    cost = np.average(matched["expected_unit_cost"], weights=matched["traffic"])
    expected = baseline["expected_unit_cost"]
    return pl.DataFrame(
        {
            "requests": [baseline["requests"]],
            "use_cases_covered": [matched.height],
            "baseline_expected_unit_cost": [expected],
            "policy_expected_unit_cost": [cost],
            "delta": [cost - expected],
        }
    )
