"""A small world whose failure probabilities are known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

KNOBS = {
    "random_seed": 42.0,
    "review_cost": 2.0,
    "triage_fn_cost_usd": 40.0,
    "review_repair_share": 1.0,
    "capacity_per_day": 10_000.0,
    "capacity_p90_guard": 10_000.0,
    "max_window_overlap_rate": 0.05,
    "triage_choice_rows": 900.0,
    "triage_audit_share": 0.05,
}


@dataclass(frozen=True)
class World:
    """The two marts triage reads, and the true P(failure) by interaction_id."""

    features: pd.DataFrame
    windows: pd.DataFrame
    truth: pd.Series


def world(
    rows: int = 3000, *, seed: int = 1, signal: float = 1.5, base: float = -3.6
) -> World:
    """Draw calls in sessions of three; log odds = base + signal * (what they show)."""
    generator = np.random.default_rng(seed)
    position = np.arange(rows)
    sessions = position // 3
    use_case = generator.choice(["coding", "search", "writing"], rows)
    latency = generator.lognormal(7, 0.5, rows)
    odds = base + signal * (
        1.2 * (np.log(latency) - 7) / 0.5
        + np.select([use_case == "coding", use_case == "search"], [1.0, -1.0])
    )
    truth = expit(odds)
    share = sessions / sessions.max()
    features = pd.DataFrame(
        {
            "interaction_id": [f"i{number:06d}" for number in position],
            "session_id": [f"s{number:06d}" for number in sessions],
            "timestamp_utc": pd.Timestamp("2025-02-01")
            + pd.to_timedelta(position * 60 * 24 * 20 // rows, unit="min"),
            "decision_window": np.select(
                [share < 0.6, share < 0.75], ["history", "calibration"], "evaluation"
            ),
            "use_case": use_case,
            "latency_ms": latency,
            **_columns_that_tell_nothing(rows, latency, generator),
            "is_failure": generator.random(rows) < truth,
        }
    )
    index = pd.Index(features["interaction_id"])
    return World(features, windows_of(features), pd.Series(truth, index))


def _columns_that_tell_nothing(
    rows: int, latency: np.ndarray, generator: np.random.Generator
) -> dict[str, np.ndarray]:
    completion = generator.poisson(200, rows) + 1
    prompt = generator.poisson(500, rows)
    return {
        "model_provider": generator.choice(["north", "south"], rows),
        "model_name": generator.choice(["large", "medium", "small"], rows),
        "channel": generator.choice(["api", "web"], rows),
        "account_tier": generator.choice(["free", "pro"], rows),
        "region": generator.choice(["eu", "us"], rows),
        "segment": generator.choice(["smb", "ent"], rows),
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "cost_usd": (prompt + completion) * 1e-5,
        "tool_calls_count": generator.poisson(0.3, rows),
        "tokens_per_second": completion / latency * 1000,
        "prompt_to_completion_ratio": prompt / completion,
    }


def windows_of(features: pd.DataFrame, sampling_fraction: float = 1.0) -> pd.DataFrame:
    """Return marts.windows as it would describe these rows."""
    grouped = features.groupby("decision_window")
    bounds = grouped["timestamp_utc"].agg(starts_at="min", ends_at="max")
    counted = bounds.assign(
        window_method="time_split",
        interactions=grouped.size(),
        sampling_fraction=sampling_fraction,
        overlap_rate=0.0,
    )
    return counted.reset_index(names="window_name")
