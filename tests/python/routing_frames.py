"""Frames for the tests of routing: what judges a policy, small or simulated."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from rendered_models import build, with_seed, without_anomalies

from llm_telemetry.config.knobs import declared
from llm_telemetry.routing import Marts, RoutingDecision, decide
from llm_telemetry.routing.estimation.strata import MEASURES

MARTS = (
    "contents",
    "int_routing_session_sample",
    "routing_candidates",
    "reference_policy",
    "routing_prices",
    "routing_contexts",
    "routing_outcomes",
    "routing_constraints",
    "reference_backtest",
)
KNOBS = {name: knob.default for name, knob in declared().items()}
ROWS = 3_000
NO_WINDOWS = pd.DataFrame(columns=["window_name", "overlap_rate"])


def evaluation_rows(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows of routing_contexts; what a row does not say is usual."""
    usual = {
        "use_case": "chat",
        "model_provider": "p",
        "account_tier": "free",
        "channel": "api",
        "prompt_length": "short",
        "cost_usd": 0.0,
        "is_failure": False,
        "is_sla_breach": False,
    }
    return pd.DataFrame(
        [
            usual | {"interaction_id": f"i{n:05}", "session_id": f"s{n:05}"} | {**row}
            for n, row in enumerate(rows)
        ]
    )


def cell(rows: int, failures: int, **shared: Any) -> list[dict[str, Any]]:
    """Return rows that share everything; the first of them failed."""
    return [{**shared, "is_failure": row < failures} for row in range(rows)]


def prepared(rows: pd.DataFrame, *chosen: tuple[str, str]) -> pd.DataFrame:
    """Return rows as strata judge them, under a policy of (use case, model)."""
    arms = dict(chosen or [("chat", "a")])
    ordered = rows.sort_values("interaction_id", ignore_index=True)
    for measure in MEASURES:
        known = ordered[measure].astype("Float64")
        ordered[measure] = known.to_numpy(dtype=np.float64, na_value=np.nan)
    is_chosen = ordered["model_name"] == ordered["use_case"].map(arms)
    return ordered.assign(is_chosen=is_chosen)


def routed(rng: np.random.Generator, sessions: int, *, effect: float) -> pd.DataFrame:
    """Draw rows whose long prompts fail more and go mostly to arm a.

    Failure rates are .1 short and .5 long, shifted by a session's own luck and by
    ``effect`` on arm a; sessions have 1 to 5 rows, half of them long.
    """
    session = np.repeat(np.arange(sessions), rng.integers(1, 6, sessions))
    is_long = rng.random(len(session)) < 0.5
    is_a = rng.random(len(session)) < np.where(is_long, 0.7, 0.3)
    luck = rng.uniform(-0.1, 0.1, sessions)[session]
    rate = np.where(is_long, 0.5, 0.1) + luck + effect * is_a
    return evaluation_rows([{}] * len(session)).assign(
        session_id=[f"s{number:05}" for number in session],
        prompt_length=np.where(is_long, "long", "short"),
        model_name=np.where(is_a, "a", "b"),
        is_failure=rng.random(len(session)) < rate,
    )


def built_on(
    table: str, frame: pd.DataFrame, marts: Sequence[str] = MARTS, **knobs: float
) -> dict[str, pd.DataFrame]:
    """Build marts on a frame that stands for one they read; nothing is failing."""
    with duckdb.connect() as connection:
        without_anomalies(connection)
        connection.register(table, frame)
        with_seed(connection, "routing_ladder")
        build(connection, *marts, **knobs)
        return {mart: connection.table(mart).df() for mart in marts}


def windowed(interactions: pd.DataFrame) -> pd.DataFrame:
    """Give the latest fifth of the interactions to evaluation, sessions whole."""
    first = interactions.groupby("session_id")["timestamp_utc"].transform("min")
    is_evaluation = first >= first.quantile(0.8)
    absent = {"prompt_tokens": 100, "prompt_chars": pd.NA, "source": "telemetry_csv"}
    for name, value in absent.items():
        if name not in interactions:
            column = pd.Series(value, interactions.index)
            is_text = isinstance(value, str)
            interactions = interactions.assign(
                **{name: column if is_text else column.astype("Int64")}
            )
    return interactions.assign(
        interaction_date=interactions["timestamp_utc"].dt.normalize(),
        decision_window=np.where(is_evaluation, "evaluation", "history"),
        cache_hit=False,
        is_sla_breach=(interactions["latency_ms"] > 2200)
        .astype("boolean")
        .mask(interactions["latency_ms"].isna()),
    )


def logged_by(rng: np.random.Generator, rows: int, **columns: Any) -> pd.DataFrame:
    """Return interactions over thirty days in two-row sessions, usual where not said.

    The latest fifth of the sessions judge.
    """
    session = np.arange(rows) // 2
    start = pd.Timestamp("2025-01-01") + pd.to_timedelta(session * 60 // 2, unit="min")
    usual = {
        "interaction_id": [f"i{number:06}" for number in range(rows)],
        "session_id": [f"s{number:06}" for number in session],
        "timestamp_utc": start,
        "use_case": "chat",
        "model_provider": "p",
        "account_tier": rng.choice(["free", "pro"], rows),
        "channel": "api",
        "region": "eu",
        "segment": "team",
        "latency_ms": 1000.0,
        "cost_usd": 0.01,
        "prompt_chars": rng.integers(200, 2_000, rows),
        "completion_tokens": 100,
        "propensity": np.nan,
    }
    return windowed(pd.DataFrame(usual | columns))


def two_arms(
    seed: int = 1,
    *,
    rows: int = ROWS,
    fails: tuple[float, float] = (0.04, 0.30),
    share: float = 0.5,
    **columns: object,
) -> pd.DataFrame:
    """Return a log of arms a and b, drawn by a coin, that fail at these rates."""
    rng = np.random.default_rng(seed)
    is_a = rng.random(rows) < share
    failed = rng.random(rows) < np.where(is_a, *fails)
    arms = {"model_name": np.where(is_a, "a", "b"), "is_failure": failed}
    return logged_by(rng, rows, **(arms | columns))


def marts_of(
    log: pd.DataFrame, windows: pd.DataFrame = NO_WINDOWS, **knobs: float
) -> Marts:
    """Build what routing reads on interactions."""
    found = built_on("interactions", log, **knobs)
    return Marts(
        reference_policy=found["reference_policy"],
        candidates=found["routing_candidates"],
        constraints=found["routing_constraints"],
        prices=found["routing_prices"],
        contexts=found["routing_contexts"],
        windows=windows,
    )


def decided(log: pd.DataFrame, **knobs: float) -> RoutingDecision:
    """Build the marts and decide."""
    return decide(marts_of(log), KNOBS | knobs)
