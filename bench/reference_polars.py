"""The job of reference_pandas.py in polars, as somebody at home in polars writes it.

It is what `make bench` compares with: `reference_polars.py DATA_DIR OUT_DIR`. The log
is read once, lazily and streaming, with names as categories; the tables are one
`collect_all` over it, so that polars shares and parallelises what it can.
"""

import json
from pathlib import Path
from typing import Any

import polars as pl
from reference_polars_tables import (
    backtest,
    drift_report,
    health,
    hotspots,
    lattice,
    measures,
    routing_policy,
    unit_cost,
)
from reference_rules import ARM, NAMES, NUMBERS, RATIO, SLA_MS, arguments

IDS = ["interaction_id", "session_id", "user_id"]
Row = dict[str, Any]


def main() -> None:
    """Read the three CSVs, decide as the reference does, write its artifacts."""
    options = arguments(__doc__)
    log, sessions, users = load(options.data_dir)
    totals, tables = aggregated(log, with_lattice=options.lattice)
    tables["reconciliation"] = reconcile(log, sessions, users)
    tables["drift_report"] = drift_report(log)
    for name, table in tables.items():
        table.write_csv(options.out_dir / f"{name}.csv")
    if not options.no_triage:
        for name, rows in judged(log, options.out_dir).items():
            rows.to_csv(options.out_dir / f"{name}.csv", index=False)
    text = json.dumps({"interactions": log.height, **totals}, indent=2)
    (options.out_dir / "decision_artifact.json").write_text(text + "\n")


def load(data_dir: Path) -> tuple[pl.DataFrame, pl.LazyFrame, pl.LazyFrame]:
    """Return interactions, checked, cleaned and in windows; sessions and users."""
    numbers = dict.fromkeys(NUMBERS, pl.Float64)
    source = pl.scan_csv(
        data_dir / "llm_system_interactions.csv",
        schema_overrides=numbers | {"is_failure": pl.Boolean},
        # a value that is no number is missing
        ignore_errors=True,
    )
    sessions, users = (
        pl.scan_csv(data_dir / f"llm_system_{name}_summary.csv")
        for name in ("sessions", "users")
    )
    is_split = "split" in source.collect_schema()
    columns = [*IDS, *NUMBERS, *NAMES, "timestamp_utc", "is_failure"]
    log = (
        source.select([*columns, "split"] if is_split else columns)
        .with_columns(
            pl.col("timestamp_utc").str.to_datetime("%Y-%m-%dT%H:%M:%SZ"),
            pl.col(NAMES).fill_null("unknown").str.strip_chars().cast(pl.Categorical),
            pl.col("is_failure").cast(pl.Float64),
            (pl.col("latency_ms") > SLA_MS).cast(pl.Float64).alias("is_breach"),
            ratio().alias(RATIO),
        )
        .with_columns(pl.col("timestamp_utc").dt.date().alias("date"))
        .collect(engine="streaming")
    )
    check(log, sessions, users)
    return log.with_columns(window(log, is_split).alias("window")), sessions, users


def ratio() -> pl.Expr:
    """Return prompt over completion tokens, missing where there is no completion."""
    completion = pl.col("completion_tokens")
    return pl.col("prompt_tokens") / pl.when(completion != 0).then(completion)


def check(log: pl.DataFrame, sessions: pl.LazyFrame, users: pl.LazyFrame) -> None:
    """Raise where a key repeats or a session is missing."""
    for table, key in (
        (log.lazy(), "interaction_id"),
        (sessions, "session_id"),
        (users, "user_id"),
    ):
        is_unique = pl.col(key).n_unique() == pl.len()
        if not table.select(is_unique).collect(engine="streaming").item():
            raise ValueError(f"duplicate {key}")
    strangers = log.lazy().join(sessions, on="session_id", how="anti")
    if strangers.select(pl.len()).collect(engine="streaming").item():
        raise ValueError("interactions without a session")


def window(log: pl.DataFrame, is_split: bool) -> pl.Series:
    """Return which window each row is in, sessions whole."""
    if is_split and log["split"].count():
        names = {"train": "history", "val": "calibration", "test": "evaluation"}
        return log["split"].replace_strict(names, default=None)
    start = pl.col("timestamp_utc").min().over("session_id")
    share = start.rank("min") / pl.len()
    return log.select(
        pl.when(share < 0.68)
        .then(pl.lit("history"))
        .when(share < 0.8)
        .then(pl.lit("calibration"))
        .otherwise(pl.lit("evaluation"))
        .cast(pl.Categorical)
    ).to_series()


def aggregated(
    log: pl.DataFrame, *, with_lattice: bool
) -> tuple[Row, dict[str, pl.DataFrame]]:
    """Return the totals, and every table that is a group-by, in one collection."""
    lazy = log.lazy()
    plans = {
        "totals": lazy.select(measures()).with_columns(unit_cost()),
        "health_by_day": health(lazy.drop_nulls("date"), ["date"]),
        "model_hotspots": hotspots(lazy, ["model_provider", "model_name"]),
        "risk_slices": hotspots(lazy, ["use_case", "account_tier"]),
        "history": health(windowed(lazy, "history"), ARM),
        "evaluation": health(windowed(lazy, "evaluation"), ARM),
        "all_evaluation": windowed(lazy, "evaluation")
        .select(measures())
        .with_columns(unit_cost()),
    }
    if with_lattice:
        plans["risk_slices"] = lattice(lazy)
    tables = dict(zip(plans, pl.collect_all(list(plans.values())), strict=True))
    policy = routing_policy(tables.pop("history"))
    (baseline,) = tables.pop("all_evaluation").to_dicts()
    tables["routing_policy_use_case"] = policy
    tables["routing_backtest_summary"] = backtest(
        policy, tables.pop("evaluation"), baseline
    )
    (totals,) = tables.pop("totals").to_dicts()
    return totals, tables


def windowed(log: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Return the rows of one window."""
    return log.filter(pl.col("window") == name)


def reconcile(
    log: pl.DataFrame, sessions: pl.LazyFrame, users: pl.LazyFrame
) -> pl.DataFrame:
    """Compare the two summaries with what the interactions add up to."""
    sums = {
        "requests": pl.col("interaction_id").count(),
        "failures": pl.col("is_failure").sum(),
        "cost_usd": pl.col("cost_usd").sum(),
        "tokens": pl.col("total_tokens").sum(),
    }
    plans = []
    for name, summary in (("session", sessions), ("user", users)):
        summed = log.lazy().group_by(f"{name}_id").agg(**sums)
        told = summary.collect_schema().names()
        off = {
            f"{name}_{column}": disagrees(f"{name}_total_{column}", column)
            for column in sums
            if f"{name}_total_{column}" in told
        }
        both = summary.join(summed, on=f"{name}_id", how="left")
        plans.append(both.select(**off).unpivot(variable_name="check"))
    checks = pl.concat(pl.collect_all(plans, engine="streaming"))
    return checks.rename({"value": "rows_off"})


def disagrees(told: str, summed: str) -> pl.Expr:
    """Return how many rows are further apart than numpy calls close."""
    gap = (pl.col(told) - pl.col(summed)).abs()
    is_close = gap <= 1e-6 + 1e-3 * pl.col(summed).abs()
    return is_close.fill_null(False).not_().sum()


def judged(log: pl.DataFrame, out_dir: Path) -> dict[str, Any]:
    """Return the tables of triage, whose model is that of scikit-learn either way."""
    import pandas as pd
    from reference_triage import triage

    features = [*NUMBERS, RATIO], NAMES
    needed = [*features[0], *NAMES, "is_failure"]
    shown = ["interaction_id", "timestamp_utc", "date"]
    is_evaluation = pl.col("window") == "evaluation"
    fitted, evaluation = (
        pd.DataFrame({name: part[name].to_numpy() for name in part.columns})
        for part in (
            log.filter(~is_evaluation).select(needed),
            log.filter(is_evaluation).select([*needed, *shown]),
        )
    )
    return triage(fitted, evaluation, features, out_dir)


if __name__ == "__main__":
    main()
