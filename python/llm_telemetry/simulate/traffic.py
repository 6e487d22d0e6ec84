"""The context of every interaction, before any answer."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from llm_telemetry.simulate.parameters import (
    DAYS,
    PROMPT_VERSIONS,
    CostCreep,
    Shift,
    Traffic,
    World,
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DAY_SECONDS = 86_400
# UTC: quiet at night, a peak at noon and one in the afternoon
MORNING = (2, 2, 1, 1, 1, 2, 3, 5, 8, 11, 13, 14)
AFTERNOON = (13, 14, 15, 14, 13, 11, 9, 8, 7, 6, 4, 3)
HOURS = np.array(MORNING + AFTERNOON)
MAX_SESSION = 12
MAX_RETRIES = 3
MAX_TOKENS = (1024, 2048, 4096)


def draw_contexts(
    world: World, *, interactions: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Return one row per interaction in time order, names as codes into `worlds`."""
    sizes = _draw_session_sizes(interactions, rng)
    starts = np.sort(_draw_session_starts(world, len(sizes), rng))
    session = np.repeat(np.arange(len(sizes)), sizes)
    ramp = creep_ramp(world.cost_creep, starts / DAY_SECONDS)[session]
    retry_index = _draw_retries(world, session, ramp, rng)
    contexts = pd.DataFrame({"session": session, "retry_index": retry_index})
    contexts["second"] = _draw_seconds(starts, contexts, rng)
    contexts = contexts.join(_draw_sessions(world, starts, rng), "session")
    contexts["difficulty"], contexts["prompt_tokens"] = _draw_prompts(
        world, contexts, rng
    )
    contexts["max_tokens"] = rng.choice(MAX_TOKENS, interactions, p=(0.2, 0.5, 0.3))
    if world.hidden is not None:
        contexts["hidden"] = rng.standard_normal(interactions)
    return contexts.sort_values("second", kind="stable", ignore_index=True)


def creep_ramp(creep: CostCreep | None, days: Floats) -> Floats:
    """Return how far the creep has come on each day: 0 before it, 1 at the end."""
    if creep is None:
        return np.zeros(len(days))
    ramp: Floats = np.clip((days - creep.start_day) / (DAYS - creep.start_day), 0, 1)
    return ramp


def has_shifted(shift: Shift | None, seconds: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Say of each time whether the shift has come."""
    if shift is None:
        return np.zeros(np.shape(seconds), dtype=bool)
    return np.asarray(np.asarray(seconds) >= shift.start_day * DAY_SECONDS)


def _draw_session_sizes(interactions: int, rng: np.random.Generator) -> Integers:
    sizes = np.minimum(1 + rng.negative_binomial(2.5, 0.4, interactions), MAX_SESSION)
    ends = np.cumsum(sizes)
    sessions = int(np.searchsorted(ends, interactions)) + 1
    kept = sizes[:sessions].astype(np.int64)
    kept[-1] -= ends[sessions - 1] - interactions
    return kept


def _draw_session_starts(
    world: World, sessions: int, rng: np.random.Generator
) -> Floats:
    """Return seconds since the start of the period."""
    days, traffic = np.arange(DAYS), world.traffic
    weights = np.array(traffic.weekdays)[(world.start.weekday() + days) % 7]
    weights *= 1 + traffic.growth * days / (DAYS - 1)
    day = rng.choice(DAYS, sessions, p=weights / weights.sum())
    hour = rng.choice(len(HOURS), sessions, p=HOURS / HOURS.sum())
    starts: Floats = day * DAY_SECONDS + (hour + rng.random(sessions)) * 3600
    return starts


def _draw_retries(
    world: World, session: Integers, ramp: Floats, rng: np.random.Generator
) -> Integers:
    """Return for each interaction how often its prompt was tried before."""
    rate = np.full(len(session), world.traffic.retry_rate)
    if world.cost_creep is not None:
        rate += ramp * (world.cost_creep.retry_rate - rate)
    is_retry = rng.random(len(session)) < rate
    is_retry[0] = False
    is_retry[1:] &= session[1:] == session[:-1]
    positions = np.arange(len(session))
    first_tries = np.maximum.accumulate(np.where(is_retry, 0, positions))
    retries: Integers = (positions - first_tries) % (MAX_RETRIES + 1)
    return retries


def _draw_seconds(
    starts: Floats, contexts: pd.DataFrame, rng: np.random.Generator
) -> Integers:
    """Return whole seconds since the start; a session never leaves the period."""
    session = contexts["session"].to_numpy()
    pace = rng.lognormal(np.log(240.0), 0.9, len(starts))
    gaps = rng.exponential(pace[session])
    retried = contexts["retry_index"].to_numpy() > 0
    gaps[retried] = rng.uniform(2.0, 30.0, int(retried.sum()))
    is_first = np.r_[True, session[1:] != session[:-1]]
    gaps[is_first] = 0.0
    elapsed = np.cumsum(gaps)
    elapsed -= elapsed[is_first][session]
    seconds = starts[session] + elapsed
    is_last = np.r_[is_first[1:], True]
    last_second = DAYS * DAY_SECONDS - 1
    overrun = np.maximum(seconds[is_last] - last_second, 0.0)
    whole: Integers = (seconds - overrun[session]).astype(np.int64)
    return whole


def _draw_sessions(
    world: World, starts: Floats, rng: np.random.Generator
) -> pd.DataFrame:
    """Return what a session keeps throughout: its user, task, channel and version."""
    traffic, sessions = world.traffic, len(starts)
    users = _draw_users(traffic, sessions, rng)
    activity = rng.gamma(2.0, size=len(users))
    user = rng.choice(len(users), sessions, p=activity / activity.sum())
    drawn = pd.DataFrame({"user": user})
    drawn["use_case"] = _draw_codes(traffic.use_cases, sessions, rng)
    drawn["channel"] = _draw_codes(traffic.channels, sessions, rng)
    drawn["prompt_version"] = rng.integers(len(PROMPT_VERSIONS), size=sessions)
    drawn["session_effect"] = rng.standard_normal(sessions)
    if world.shift is not None:
        others = _draw_codes(world.shift.use_cases, sessions, rng)
        late = has_shifted(world.shift, starts)
        drawn["use_case"] = np.where(late, others, drawn["use_case"])
    return drawn.join(users, on="user")


def _draw_users(
    traffic: Traffic, sessions: int, rng: np.random.Generator
) -> pd.DataFrame:
    size = max(1, round(sessions / traffic.sessions_per_user))
    return pd.DataFrame(
        {
            "account_tier": _draw_codes(traffic.tiers, size, rng),
            "segment": _draw_codes(traffic.segments, size, rng),
            "region": _draw_codes(traffic.regions, size, rng),
            "user_effect": rng.standard_normal(size),
        }
    )


def _draw_prompts(
    world: World, contexts: pd.DataFrame, rng: np.random.Generator
) -> tuple[Floats, Integers]:
    """Return difficulty, in sd of log prompt tokens, and the tokens it makes."""
    traffic = world.traffic
    first_tries = np.arange(len(contexts)) - contexts["retry_index"].to_numpy()
    medians = np.array(traffic.prompt_log_median)[contexts["use_case"]]
    drawn = rng.standard_normal(len(contexts))[first_tries]
    location = medians
    if world.shift is not None:
        late = has_shifted(world.shift, contexts["second"].to_numpy()[first_tries])
        location = medians + world.shift.prompt_growth * late
    tokens = np.rint(np.exp(location + traffic.prompt_log_sd * drawn)).clip(16)
    # from the whole tokens, so that difficulty is a function of what is logged
    difficulty: Floats = (np.log(tokens) - medians) / traffic.prompt_log_sd
    return difficulty, tokens.astype(np.int64)


def _draw_codes(
    shares: tuple[float, ...], size: int, rng: np.random.Generator
) -> Integers:
    return rng.choice(len(shares), size, p=shares)
