"""Simulate telemetry of a world whose truth is known; write it as the contract's CSVs.

The true values are in truth.json beside the data, which no other command reads.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from llm_telemetry.simulate import worlds
from llm_telemetry.simulate.answers import draw_answers, true_quality
from llm_telemetry.simulate.outcomes import (
    draw_outcomes,
    is_canary,
    routing_probabilities,
)
from llm_telemetry.simulate.parameters import DAYS, Canary, World
from llm_telemetry.simulate.records import (
    log_interactions,
    summarise_sessions,
    summarise_users,
)
from llm_telemetry.simulate.traffic import draw_contexts
from llm_telemetry.simulate.truth import expect_all, tell_truth

CHUNK_ROWS = 100_000
CANARY_DAY = DAYS - 30
FIXED_DECIMALS = {
    "latency_ms": 0,
    "tokens_per_second": 2,
    "cost_usd": 6,
    "temperature": 1,
    "top_p": 2,
    "response_quality_score": 3,
    "user_feedback_score": 0,
    "propensity": 9,
    "session_total_cost_usd": 6,
    "user_total_cost_usd": 6,
}


@dataclass(frozen=True)
class Simulation:
    """The three tables, and what only the simulator can know."""

    interactions: pd.DataFrame
    sessions: pd.DataFrame
    users: pd.DataFrame
    truth: dict[str, Any]
    # by interaction_id: P(failure) given all that came before the failure was drawn;
    # P(failure) and P(breach) of the arm that was used, before it answered;
    # E[C + 40 F + 5 B] under each arm, and the chance each arm had of being used
    failure_probability: pd.Series
    expected_rates: pd.DataFrame
    arm_unit_costs: pd.DataFrame
    propensities: pd.DataFrame
    # by interaction_id: bad_probability and is_bad, and the score of an evaluator;
    # empty where the world has no answers
    answers: pd.DataFrame


def simulate(
    world: str | World,
    *,
    interactions: int | None = None,
    seed: int,
    canary_share: float = 0.0,
) -> Simulation:
    """Return a simulation of a world, by name or one of your own.

    The same arguments give the same one.

    ``canary_share`` of the calls of the last 30 days is routed at random, and the log
    then has the probability with which every call of those days got its arm.
    """
    if not 0.0 <= canary_share <= 1.0:
        raise ValueError(f"canary_share must be from 0 to 1, not {canary_share}")
    chosen = world if isinstance(world, World) else _named(world)
    if canary_share > 0:
        chosen = replace(chosen, canary=Canary(canary_share, start_day=CANARY_DAY))
    size = chosen.interactions if interactions is None else interactions
    if size < 1:
        raise ValueError(f"interactions must be at least 1, not {size}")
    return _simulate(chosen, size, seed)


def _named(world: str) -> World:
    if world not in worlds.WORLDS:
        raise ValueError(f"unknown world {world!r}: one of {', '.join(worlds.WORLDS)}")
    return worlds.WORLDS[world]


def _simulate(chosen: World, size: int, seed: int) -> Simulation:
    rng = np.random.default_rng(seed)
    contexts = draw_contexts(chosen, interactions=size, rng=rng)
    propensities = routing_probabilities(chosen, contexts)
    ends = np.cumsum(propensities, axis=1)[:, :-1]
    arms = (rng.random((size, 1)) >= ends).sum(axis=1)
    outcomes = draw_outcomes(chosen, contexts, arms, rng)
    logged = log_interactions(chosen, contexts, arms, outcomes, rng)
    if chosen.canary is not None:
        chances = propensities[np.arange(size), arms]
        is_logged = is_canary(chosen.canary, contexts)
        logged["propensity"] = pd.Series(chances).where(is_logged)
    expected = expect_all(chosen, contexts, propensities, arms)
    # of a stream of its own, so that the calls are those of a world without answers
    answers = draw_answers(chosen, contexts, arms, rng.spawn(1)[0])
    run = {"world": chosen.name, "seed": seed, "interactions": size}
    key = pd.Index(logged["interaction_id"])
    names = [f"{arm.model_provider}/{arm.model_name}" for arm in chosen.arms]
    return Simulation(
        interactions=logged,
        sessions=summarise_sessions(logged),
        users=summarise_users(logged),
        truth=run
        | tell_truth(chosen, contexts, expected)
        | {"quality": true_quality(chosen, answers, arms)},
        failure_probability=outcomes["failure_probability"].set_axis(key),
        expected_rates=pd.DataFrame(
            {
                "failure_rate": expected.used.failure_rate,
                "sla_breach_rate": expected.used.sla_breach_rate,
            },
            key,
        ),
        arm_unit_costs=pd.DataFrame(expected.unit_costs, key, names),
        propensities=pd.DataFrame(propensities, key, names),
        answers=answers.set_axis(key),
    )


def write(simulation: Simulation, out_dir: Path) -> None:
    """Write the three CSVs and truth.json: all of them, or none."""
    tables = {
        "llm_system_interactions.csv": simulation.interactions,
        "llm_system_sessions_summary.csv": simulation.sessions,
        "llm_system_users_summary.csv": simulation.users,
    }
    out_dir.mkdir(parents=True, exist_ok=True)
    with _replacing(out_dir, [*tables, "truth.json"]) as partial:
        for name, table in tables.items():
            _write_csv(table, partial[name])
        text = json.dumps(simulation.truth, indent=2, allow_nan=False)
        partial["truth.json"].write_text(text + "\n", encoding="utf-8")


@contextmanager
def _replacing(out_dir: Path, names: Sequence[str]) -> Iterator[dict[str, Path]]:
    """Give names to write to; take the real ones, in order, only if all was well."""
    partial = {name: out_dir / f".{name}.{os.getpid()}.partial" for name in names}
    try:
        yield partial
        for name, path in partial.items():
            os.replace(path, out_dir / name)
    finally:
        for path in partial.values():
            path.unlink(missing_ok=True)


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        for first in range(0, max(1, len(table)), CHUNK_ROWS):
            chunk = _as_text(table.iloc[first : first + CHUNK_ROWS])
            chunk.to_csv(file, header=first == 0, index=False, lineterminator="\n")


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Fix the decimals of every float and write times in ISO 8601 with a Z."""
    text = table.copy()
    for name in table.columns:
        if name in FIXED_DECIMALS:
            form = f"{{:.{FIXED_DECIMALS[name]}f}}".format
            text[name] = [
                None if np.isnan(value) else form(value) for value in table[name]
            ]
        elif name.endswith("timestamp_utc"):
            seconds = table[name].dt.tz_localize(None).to_numpy("datetime64[s]")
            text[name] = np.strings.add(np.datetime_as_string(seconds), "Z")
    return text
