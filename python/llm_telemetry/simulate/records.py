"""What the log keeps of a simulation: the three tables of the contract."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from llm_telemetry.simulate.outcomes import FAILURE_TYPES
from llm_telemetry.simulate.parameters import (
    CHANNELS,
    PROMPT_VERSIONS,
    REGIONS,
    SEGMENTS,
    TIERS,
    TOKEN_CHARS,
    USE_CASES,
    Missing,
    World,
)
from llm_telemetry.simulate.traffic import Integers

Codes = Integers | pd.Series

FLAGS = {
    "safety_block_flag": "safety_block",
    "hallucination_flag": "hallucination",
    "toxicity_flag": "toxicity",
    "formatting_error_flag": "formatting_error",
    "tool_error_flag": "tool_error",
    "latency_timeout_flag": "latency_timeout",
}
TEMPERATURES = (0.0, 0.2, 0.7, 1.0)
TOP_PS = (0.9, 0.95, 1.0)
FEEDBACK_RATE = 0.15


def log_interactions(
    world: World,
    contexts: pd.DataFrame,
    arms: Integers,
    outcomes: pd.DataFrame,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the interactions as logged: in the contract's words, with gaps."""
    log = _name_contexts(world, contexts)
    log["model_provider"] = _names([arm.model_provider for arm in world.arms], arms)
    log["model_name"] = _names([arm.model_name for arm in world.arms], arms)
    log["latency_ms"] = _lose_latency(outcomes["latency_ms"], world.missing, rng)
    log["prompt_tokens"] = _count_tokens(world, contexts, arms, rng)
    log["prompt_chars"] = contexts["prompt_tokens"] * TOKEN_CHARS
    log["completion_tokens"] = outcomes["completion_tokens"]
    log["total_tokens"] = log["prompt_tokens"] + log["completion_tokens"]
    speed = log["total_tokens"] / (log["latency_ms"].clip(lower=1.0) / 1000)
    log["tokens_per_second"] = speed.round(2)
    log["cost_usd"] = _lose(_price(world, log, arms), world.missing.cost, rng)
    log["tool_calls_count"] = outcomes["tool_calls_count"]
    log["temperature"] = rng.choice(TEMPERATURES, len(log))
    log["top_p"] = rng.choice(TOP_PS, len(log))
    log["max_tokens"] = contexts["max_tokens"]
    log["retry_index"] = contexts["retry_index"]
    log = log.join(_judge(outcomes["is_failure"].to_numpy(), rng))
    log["prompt_version"] = _names(PROMPT_VERSIONS, contexts["prompt_version"])
    failures = _name_failures(outcomes)
    if world.missing.failures:
        unreported = np.array(world.missing.failures)[arms] * outcomes["is_failure"]
        unknown = rng.random(len(log)) < unreported.to_numpy()
        failures = failures.astype(object)
        failures[unknown] = None
        failures["is_failure"] = failures["is_failure"].astype("boolean")
    return log.join(failures)


def summarise_sessions(log: pd.DataFrame) -> pd.DataFrame:
    """Return one row per session; sums are over what is not missing."""
    grouped = log.groupby("session_id", sort=True)
    sessions = grouped.agg(
        user_id=("user_id", "first"),
        start_timestamp_utc=("timestamp_utc", "min"),
        end_timestamp_utc=("timestamp_utc", "max"),
    )
    return sessions.join(_totals(log, "session")).reset_index()


def summarise_users(log: pd.DataFrame) -> pd.DataFrame:
    """Return one row per user with interactions; sums are over what is not missing."""
    return _totals(log, "user").reset_index()


def _totals(log: pd.DataFrame, entity: str) -> pd.DataFrame:
    totals = log.groupby(f"{entity}_id", sort=True).agg(
        total_cost_usd=("cost_usd", "sum"),
        total_tokens=("total_tokens", "sum"),
        total_requests=("interaction_id", "size"),
        total_failures=("is_failure", "sum"),
    )
    return totals.round({"total_cost_usd": 6}).add_prefix(f"{entity}_")


def _name_contexts(world: World, contexts: pd.DataFrame) -> pd.DataFrame:
    start = pd.Timestamp(world.start)
    return pd.DataFrame(
        {
            "interaction_id": _ids("i", np.arange(len(contexts)), 7),
            "session_id": _ids("s", contexts["session"], 6),
            "user_id": _ids("u", contexts["user"], 5),
            "timestamp_utc": start + pd.to_timedelta(contexts["second"], unit="s"),
            "use_case": _names(USE_CASES, contexts["use_case"]),
            "account_tier": _names(TIERS, contexts["account_tier"]),
            "channel": _names(CHANNELS, contexts["channel"]),
            "region": _names(REGIONS, contexts["region"]),
            "segment": _names(SEGMENTS, contexts["segment"]),
        }
    )


def _count_tokens(
    world: World, contexts: pd.DataFrame, arms: Integers, rng: np.random.Generator
) -> Integers:
    """Return the prompts' tokens as the provider of the arm used counts them."""
    tokens = contexts["prompt_tokens"].to_numpy().copy()
    providers = np.array([arm.model_provider for arm in world.arms])[arms]
    for own in world.tokenizers:
        rows = providers == own.model_provider
        drawn = own.log_sd * rng.standard_normal(int(rows.sum()))
        counted = tokens[rows] * np.exp(own.log_factor + drawn)
        tokens[rows] = np.rint(counted).clip(1) + own.overhead
    return tokens


def _price(world: World, log: pd.DataFrame, arms: Integers) -> pd.Series:
    input_price = np.array([arm.input_price for arm in world.arms])[arms]
    output_price = np.array([arm.output_price for arm in world.arms])[arms]
    micro_usd = (
        log["prompt_tokens"] * input_price + log["completion_tokens"] * output_price
    )
    price: pd.Series = (micro_usd / 1e6).round(6)
    return price


def _judge(is_failure: npt.NDArray[np.bool_], rng: np.random.Generator) -> pd.DataFrame:
    """Return a grade of 0..1 and, from few users, a thumb of -1 or 1."""
    size = len(is_failure)
    grade = rng.beta(np.where(is_failure, 4.0, 8.0), np.where(is_failure, 4.0, 2.5))
    liked = rng.random(size) < np.where(is_failure, 0.3, 0.8)
    silent = rng.random(size) >= FEEDBACK_RATE
    thumbs = np.where(silent, np.nan, np.where(liked, 1.0, -1.0))
    return pd.DataFrame(
        {"response_quality_score": grade.round(3), "user_feedback_score": thumbs}
    )


def _name_failures(outcomes: pd.DataFrame) -> pd.DataFrame:
    # -1, no failure, picks the last name
    names = _names((*FAILURE_TYPES, "none"), outcomes["failure_type"])
    failures = pd.DataFrame({"failure_type": names})
    failures["is_failure"] = outcomes["is_failure"]
    for flag, failure_type in FLAGS.items():
        code = FAILURE_TYPES.index(failure_type)
        failures[flag] = outcomes["failure_type"] == code
    return failures


def _lose(values: pd.Series, rate: float, rng: np.random.Generator) -> pd.Series:
    """Blank a share of the values, at random."""
    return values.mask(rng.random(len(values)) < rate)


def _lose_latency(
    latency: pd.Series, missing: Missing, rng: np.random.Generator
) -> pd.Series:
    """Blank a share of all latencies, and then of those that timed out."""
    kept = _lose(latency, missing.latency, rng)
    if missing.timeouts == 0.0:
        return kept
    return kept.where(latency <= missing.timeout_ms, _lose(kept, missing.timeouts, rng))


def _names(names: Sequence[str], codes: Codes) -> npt.NDArray[np.object_]:
    # objects, not fixed-width text: all rows of a name share one string
    named: npt.NDArray[np.object_] = np.array(names, dtype=object)[np.asarray(codes)]
    return named


def _ids(prefix: str, codes: Codes, digits: int) -> npt.NDArray[np.object_]:
    values, positions = np.unique(np.asarray(codes), return_inverse=True)
    ids = [f"{prefix}{value + 1:0{digits}d}" for value in values.tolist()]
    return _names(ids, positions)
