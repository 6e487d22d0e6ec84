"""The same job in pandas and scikit-learn, as the published reference does it.

It is what `make bench` compares with: `reference_pandas.py DATA_DIR OUT_DIR`.
"""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from reference_rules import (
    ARM,
    BREACH_USD,
    FAILURE_USD,
    LADDER,
    MAX_FAILURE_RATE,
    MIN_REQUESTS,
    NAMES,
    NUMBERS,
    SLA_MS,
    arguments,
)


def main() -> None:
    """Read the three CSVs, decide as the reference does, write its artifacts."""
    options = arguments(__doc__)
    log, sessions, users = load(options.data_dir)
    history, calibration, evaluation = split(log)
    policy = routing_policy(history)
    tables = {
        "reconciliation": reconcile(log, sessions, users),
        "health_by_day": health(log, ["date"]),
        "model_hotspots": hotspots(log, ["model_provider", "model_name"]),
        "risk_slices": hotspots(log, ["use_case", "account_tier"]),
        "drift_report": drift_report(log),
        "routing_policy_use_case": policy,
        "routing_backtest_summary": backtest(policy, evaluation),
    }
    if options.lattice:
        tables["risk_slices"] = lattice(log)
    if not options.no_triage:
        from reference_triage import triage

        fitted = pd.concat([history, calibration])
        features = [*NUMBERS, "prompt_to_completion_ratio"], NAMES
        tables |= triage(fitted, evaluation, features, options.out_dir)
    for name, table in tables.items():
        table.to_csv(options.out_dir / f"{name}.csv", index=False)
    summary = {"interactions": len(log), **health(log, []).iloc[0].to_dict()}
    text = json.dumps(summary, indent=2, default=float)
    (options.out_dir / "decision_artifact.json").write_text(text + "\n")


def load(data_dir: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return interactions, sessions and users, checked and cleaned."""
    log, sessions, users = (
        pd.read_csv(data_dir / f"llm_system_{name}.csv")
        for name in ("interactions", "sessions_summary", "users_summary")
    )
    for table, key in (
        (log, "interaction_id"),
        (sessions, "session_id"),
        (users, "user_id"),
    ):
        if table[key].duplicated().any():
            raise ValueError(f"duplicate {key}")
    if not log["session_id"].isin(sessions["session_id"]).all():
        raise ValueError("interactions without a session")
    log["timestamp_utc"] = pd.to_datetime(log["timestamp_utc"], utc=True)
    log["date"] = log["timestamp_utc"].dt.date
    for name in NUMBERS:
        log[name] = pd.to_numeric(log[name], errors="coerce")
    for name in NAMES:
        log[name] = log[name].fillna("unknown").astype(str).str.strip()
    log["is_failure"] = log["is_failure"].astype("boolean").astype("Float64")
    log["is_failure"] = log["is_failure"].astype(float)
    log["is_breach"] = (log["latency_ms"] > SLA_MS).where(log["latency_ms"].notna())
    log["is_breach"] = log["is_breach"].astype(float)
    log["prompt_to_completion_ratio"] = log["prompt_tokens"] / log[
        "completion_tokens"
    ].replace(0, np.nan)
    return log, sessions, users


def split(log: pd.DataFrame) -> list[pd.DataFrame]:
    """Return history, calibration and evaluation, sessions whole."""
    if "split" in log and log["split"].notna().any():
        return [log[log["split"] == name] for name in ("train", "val", "test")]
    starts = log.groupby("session_id")["timestamp_utc"].transform("min")
    share = starts.rank(method="min", pct=True)
    bounds = [(0.0, 0.68), (0.68, 0.8), (0.8, 2.0)]
    return [log[(share >= low) & (share < high)] for low, high in bounds]


def reconcile(
    log: pd.DataFrame, sessions: pd.DataFrame, users: pd.DataFrame
) -> pd.DataFrame:
    """Compare the two summaries with what the interactions add up to."""
    checks = []
    for name, summary in (("session", sessions), ("user", users)):
        summed = log.groupby(f"{name}_id").agg(
            requests=("interaction_id", "count"),
            failures=("is_failure", "sum"),
            cost_usd=("cost_usd", "sum"),
            tokens=("total_tokens", "sum"),
        )
        both = summary.set_index(f"{name}_id").join(summed)
        for column in summed:
            told = both.get(f"{name}_total_{column}")
            if told is not None:
                off = ~np.isclose(told, both[column], rtol=1e-3, atol=1e-6)
                checks.append({"check": f"{name}_{column}", "rows_off": off.sum()})
    return pd.DataFrame(checks)


def health(log: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return counts, rates, latency percentiles and cost by key."""
    grouped = log.groupby(keys) if keys else log.groupby(lambda _: 0)
    table = grouped.agg(
        requests=("interaction_id", "count"),
        fail_rate=("is_failure", "mean"),
        sla_breach_rate=("is_breach", "mean"),
        latency_missing_rate=("latency_ms", lambda column: column.isna().mean()),
        cost_usd=("cost_usd", "sum"),
        avg_cost=("cost_usd", "mean"),
        p50_latency=("latency_ms", "median"),
        p95_latency=("latency_ms", lambda column: column.quantile(0.95)),
        p99_latency=("latency_ms", lambda column: column.quantile(0.99)),
    )
    table["expected_unit_cost"] = unit_cost(table)
    return table.reset_index()


def unit_cost(table: pd.DataFrame) -> Any:
    """Return what a request costs with its failures and breaches, USD."""
    return (
        table["avg_cost"]
        + FAILURE_USD * table["fail_rate"]
        + BREACH_USD * table["sla_breach_rate"]
    )


def hotspots(log: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the slices that break a fixed threshold, the worst first."""
    table = health(log, keys)
    table = table[table["requests"] >= MIN_REQUESTS]
    table["is_hotspot"] = (table["fail_rate"] > 0.06) | (table["p95_latency"] > SLA_MS)
    return table.sort_values("expected_unit_cost", ascending=False)


def lattice(log: pd.DataFrame) -> pd.DataFrame:
    """Return every slice of up to three dimensions, not only one pair of them."""
    sets = [keys for size in (1, 2, 3) for keys in combinations(NAMES, size)]
    return pd.concat([slices(log, list(keys)) for keys in sets])


def slices(log: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return counts, rates, cost and the 95th percentile of latency by key."""
    grouped = log.groupby(keys)
    table = grouped.agg(
        requests=("interaction_id", "count"),
        fail_rate=("is_failure", "mean"),
        sla_breach_rate=("is_breach", "mean"),
        avg_cost=("cost_usd", "mean"),
    )
    table["p95_latency"] = grouped["latency_ms"].quantile(0.95)
    table["expected_unit_cost"] = unit_cost(table)
    return table[table["requests"] >= MIN_REQUESTS].reset_index()


def drift_report(log: pd.DataFrame) -> pd.DataFrame:
    """Return PSI of numbers and TV of names, earliest 40 % against latest 20 %."""
    ordered = log.sort_values("timestamp_utc")
    early = ordered.iloc[: int(len(log) * 0.4)]
    late = ordered.iloc[int(len(log) * 0.8) :]
    numbers = [*NUMBERS, "prompt_to_completion_ratio"]
    rows = [{"feature": name, "psi": psi(early[name], late[name])} for name in numbers]
    for name in NAMES:
        shares = [part[name].value_counts(normalize=True) for part in (early, late)]
        gap = shares[0].sub(shares[1], fill_value=0).abs().sum() / 2
        rows.append({"feature": name, "tv_distance": gap})
    return pd.DataFrame(rows)


def psi(early: pd.Series, late: pd.Series) -> float:
    """Return the population stability index over the early deciles."""
    edges = np.unique(early.quantile(np.linspace(0, 1, 11)))
    edges[0], edges[-1] = -np.inf, np.inf
    shares = [
        np.clip(np.histogram(part.dropna(), edges)[0] / part.notna().sum(), 1e-6, None)
        for part in (early, late)
    ]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def routing_policy(history: pd.DataFrame) -> pd.DataFrame:
    """Return per use case the cheapest arm of the first step that any satisfies."""
    table = health(history, ARM)
    table = table[table["requests"] >= MIN_REQUESTS].sort_values(
        ["expected_unit_cost", "p95_latency", "requests", "model_provider"],
        ascending=[True, True, False, True],
    )
    picked = []
    for _, arms in table.groupby("use_case"):
        for mode, factor, allowance in LADDER:
            fit = arms[
                (arms["p95_latency"] <= SLA_MS * factor)
                & (arms["fail_rate"] <= MAX_FAILURE_RATE + allowance)
            ]
            if len(fit):
                picked.append(fit.iloc[0].to_dict() | {"policy_mode": mode})
                break
        else:
            best = arms.iloc[0].to_dict()
            picked.append(best | {"policy_mode": "fallback_unconstrained"})
    return pd.DataFrame(picked)


def backtest(policy: pd.DataFrame, evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the policy's matched-rows unit cost beside that of all rows."""
    baseline = health(evaluation, []).iloc[0]
    matched = policy[ARM].merge(health(evaluation, ARM), on=ARM)
    traffic = matched["use_case"].map(evaluation["use_case"].value_counts())
    cost = np.average(matched["expected_unit_cost"], weights=traffic)
    return pd.DataFrame(
        [
            {
                "requests": len(evaluation),
                "use_cases_covered": len(matched),
                "baseline_expected_unit_cost": baseline["expected_unit_cost"],
                "policy_expected_unit_cost": cost,
                "delta": cost - baseline["expected_unit_cost"],
            }
        ]
    )


if __name__ == "__main__":
    main()
