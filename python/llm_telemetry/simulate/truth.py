"""What is true of a simulated world, from exact probabilities and no draw.

The estimands are means over the contexts of the simulated interactions; "logged"
averages over the propensities the arms were drawn from.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from llm_telemetry.simulate.outcomes import Expectation, expect, is_slow
from llm_telemetry.simulate.parameters import (
    DAYS,
    PROMPT_VERSIONS,
    TIERS,
    USE_CASES,
    Canary,
    Shift,
    World,
)
from llm_telemetry.simulate.traffic import Floats, Integers

DECIMALS = 6


@dataclass(frozen=True)
class Expected:
    """Expectations by arm, and under the logged routing."""

    arms: pd.DataFrame  # one row per use case and arm
    unit_costs: Floats  # interactions x arms
    logged: Expectation  # per interaction, averaged over the propensities
    used: Expectation  # per interaction, of the arm that was used


def expect_all(
    world: World, contexts: pd.DataFrame, propensities: Floats, arms: Integers
) -> Expected:
    """Work out what every arm would have done to every interaction."""
    unit_costs = np.empty_like(propensities)
    logged, used = np.zeros((2, 3, len(contexts)))
    rows = []
    # one arm at a time: all of them at once would take gigabytes for a million rows
    for position, arm in enumerate(world.arms):
        expectation = expect(world, contexts, position)
        unit_costs[:, position] = expectation.unit_cost
        measures = pd.DataFrame(
            {
                "failure_rate": expectation.failure_rate,
                "sla_breach_rate": expectation.sla_breach_rate,
                "cost_usd": expectation.cost_usd,
            }
        )
        logged += propensities[:, position] * measures.to_numpy().T
        used += (arms == position) * measures.to_numpy().T
        measures["expected_unit_cost"] = expectation.unit_cost
        means = measures.groupby(contexts["use_case"]).mean().reset_index()
        means.insert(1, "model_provider", arm.model_provider)
        means.insert(2, "model_name", arm.model_name)
        rows.append(means)
    return Expected(
        arms=pd.concat(rows, ignore_index=True),
        unit_costs=unit_costs,
        logged=Expectation(*logged),
        used=Expectation(*used),
    )


def tell_truth(
    world: World, contexts: pd.DataFrame, expected: Expected
) -> dict[str, Any]:
    """Return the truth of a world; USD per interaction, rates in 0..1."""
    use_case = contexts["use_case"].to_numpy()
    best = _best_arms(expected, use_case)
    rows = np.arange(len(contexts))
    policy = expected.unit_costs[rows, best[use_case]].mean()
    logged = expected.logged.unit_cost.mean()
    return {
        "parameters": asdict(world),
        "logged": {
            "failure_rate": _rounded(expected.logged.failure_rate.mean()),
            "sla_breach_rate": _rounded(expected.logged.sla_breach_rate.mean()),
            "cost_usd": _rounded(expected.logged.cost_usd.mean()),
            "expected_unit_cost": _rounded(logged),
        },
        "planted_slices": _planted_slices(world, contexts, expected.logged),
        "slow_slice": _slow_slice(world, contexts, expected.logged),
        "prompt_versions": _prompt_versions(contexts, expected.logged),
        "arms": _named_arms(expected.arms),
        "best_policy": {
            "arms": _named_policy(world, best, np.unique(use_case)),
            "expected_unit_cost": _rounded(policy),
            "delta": _rounded(policy - logged),
        },
        "incident": _incident(world),
        "cost_creep": _cost_creep(world),
        "shift": _since(world, world.shift),
        "canary": _since(world, world.canary),
    }


def _best_arms(
    expected: Expected, use_case: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return the position of the cheapest arm per use case, the first of equals."""
    costs = pd.DataFrame(expected.unit_costs).groupby(use_case).mean()
    best = costs.round(DECIMALS).to_numpy().argmin(axis=1)
    arms = np.zeros(len(USE_CASES), dtype=np.int64)
    arms[costs.index.to_numpy()] = best
    return arms


def _planted_slices(
    world: World, contexts: pd.DataFrame, logged: Expectation
) -> list[dict[str, Any]]:
    """Return the slices planted, those first that cost most beyond the others' rate."""
    slices = []
    for use_case, tier in world.planted:
        inside = (contexts["use_case"] == USE_CASES.index(use_case)) & (
            contexts["account_tier"] == TIERS.index(tier)
        )
        if not inside.any() or inside.all():
            continue
        rows = inside.to_numpy()
        excess = logged.unit_cost[rows].mean() - logged.unit_cost[~rows].mean()
        slices.append(
            {
                "use_case": use_case,
                "account_tier": tier,
                "interactions": int(rows.sum()),
                "failure_rate": _rounded(logged.failure_rate[rows].mean()),
                "complement_failure_rate": _rounded(logged.failure_rate[~rows].mean()),
                "excess_usd": _rounded(excess * rows.sum()),
            }
        )
    return sorted(slices, key=lambda planted: -planted["excess_usd"])


def _slow_slice(
    world: World, contexts: pd.DataFrame, logged: Expectation
) -> dict[str, Any] | None:
    if world.slow is None:
        return None
    inside = is_slow(world.slow, contexts)
    if not inside.any() or inside.all():
        return None
    return {
        "channel": world.slow.channel,
        "region": world.slow.region,
        "interactions": int(inside.sum()),
        "sla_breach_rate": _rounded(logged.sla_breach_rate[inside].mean()),
        "complement_sla_breach_rate": _rounded(logged.sla_breach_rate[~inside].mean()),
    }


def _prompt_versions(
    contexts: pd.DataFrame, logged: Expectation
) -> list[dict[str, Any]]:
    rates = pd.Series(logged.failure_rate).groupby(contexts["prompt_version"]).mean()
    return [
        {"prompt_version": version, "failure_rate": _rounded(rates[code])}
        for code, version in enumerate(PROMPT_VERSIONS)
        if code in rates.index
    ]


def _named_arms(arms: pd.DataFrame) -> list[dict[str, Any]]:
    named = arms.sort_values("use_case", kind="stable").round(DECIMALS)
    named["use_case"] = np.array(USE_CASES)[named["use_case"]]
    return [
        {str(name): value for name, value in row.items()}
        for row in named.to_dict("records")
    ]


def _named_policy(
    world: World, best: npt.NDArray[np.int64], use_cases: npt.NDArray[np.int64]
) -> dict[str, dict[str, str]]:
    return {
        USE_CASES[code]: {
            "model_provider": world.arms[best[code]].model_provider,
            "model_name": world.arms[best[code]].model_name,
        }
        for code in use_cases
    }


def _incident(world: World) -> dict[str, Any] | None:
    if world.incident is None:
        return None
    return {
        "model_provider": world.incident.model_provider,
        "start_timestamp_utc": _timestamp(world, world.incident.start_day),
        "end_timestamp_utc": _timestamp(world, DAYS),
    }


def _cost_creep(world: World) -> dict[str, Any] | None:
    if world.cost_creep is None:
        return None
    return {
        "start_timestamp_utc": _timestamp(world, world.cost_creep.start_day),
        "end_timestamp_utc": _timestamp(world, DAYS),
        "shape": "linear",
        "completion_factor_at_end": world.cost_creep.completion_factor,
        "retry_rate_before": world.traffic.retry_rate,
        "retry_rate_at_end": world.cost_creep.retry_rate,
    }


def _since(world: World, change: Shift | Canary | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "start_timestamp_utc": _timestamp(world, change.start_day),
        "end_timestamp_utc": _timestamp(world, DAYS),
    }


def _timestamp(world: World, day: float) -> str:
    return (world.start + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS)
