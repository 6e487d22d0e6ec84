"""Frames for the tests of routing: what judges a policy, small or simulated."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from rendered_models import build, with_seed

MARTS = (
    "routing_candidates",
    "reference_policy",
    "routing_evaluation_rows",
    "routing_outcomes",
    "reference_backtest",
)
KNOBS = {
    "failure_event_cost_usd": 40.0,
    "sla_breach_penalty_usd": 5.0,
    "min_requests_stratum": 10.0,
    "routing_min_ess": 50.0,
    "routing_min_ess_use_case": 10.0,
    "routing_min_covered_share": 0.9,
    "max_window_overlap_rate": 0.05,
}
NO_WINDOWS = pd.DataFrame(columns=["window_name", "overlap_rate"])


def evaluation_rows(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows of routing_evaluation_rows; what a row does not say is usual."""
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


def pick(model_name: str = "a", **described: Any) -> pd.DataFrame:
    """Return a policy of one row."""
    usual = {
        "use_case": "chat",
        "model_provider": "p",
        "model_name": model_name,
        "requests": 100,
        "fail_rate": 0.1,
        "p95_latency": 1000.0,
        "sla_breach_rate": 0.0,
        "avg_cost": 0.0,
        "expected_unit_cost": 4.0,
        "policy_mode": "strict",
    }
    return pd.DataFrame([usual | described])


def candidates(*arms: tuple[str, str, int]) -> pd.DataFrame:
    """Return candidates from (use case, model, interactions)."""
    return pd.DataFrame(
        [
            {
                "use_case": use_case,
                "model_provider": "p",
                "model_name": model_name,
                "interactions": interactions,
            }
            for use_case, model_name, interactions in arms
        ]
    )


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
    table: str, frame: pd.DataFrame, marts: Sequence[str] = MARTS
) -> dict[str, pd.DataFrame]:
    """Build marts on a frame that stands for one they read."""
    with duckdb.connect() as connection:
        connection.register(table, frame)
        with_seed(connection, "routing_ladder")
        build(connection, *marts)
        return {mart: connection.table(mart).df() for mart in marts}


def windowed(interactions: pd.DataFrame) -> pd.DataFrame:
    """Give the latest fifth of the interactions to evaluation, sessions whole."""
    first = interactions.groupby("session_id")["timestamp_utc"].transform("min")
    is_evaluation = first >= first.quantile(0.8)
    return interactions.assign(
        decision_window=np.where(is_evaluation, "evaluation", "history"),
        is_sla_breach=(interactions["latency_ms"] > 2200)
        .astype("boolean")
        .mask(interactions["latency_ms"].isna()),
    )
