"""The outcomes of an interaction on each arm, as exact probabilities and draws."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, ndtr

from llm_telemetry.simulate.parameters import (
    BREACH_USD,
    CHANNELS,
    FAILURE_USD,
    REGIONS,
    SLA_MS,
    USE_CASES,
    Canary,
    Slow,
    World,
)
from llm_telemetry.simulate.traffic import (
    DAY_SECONDS,
    Floats,
    Integers,
    creep_ramp,
    has_shifted,
)

FAILURE_TYPES = (
    "hallucination",
    "formatting_error",
    "safety_block",
    "tool_error",
    "toxicity",
    "latency_timeout",
)
TYPE_WEIGHTS = (0.36, 0.22, 0.16, 0.20, 0.06, 0.50)
# a slow answer tends to be a long one: correlation of the two residuals
LENGTH_LATENCY_CORRELATION = 0.4
QUADRATURE_NODES = 7


@dataclass(frozen=True)
class Expectation:
    """Per interaction, before it is answered: what one arm would do to it."""

    failure_rate: Floats
    sla_breach_rate: Floats
    cost_usd: Floats

    @property
    def unit_cost(self) -> Floats:
        """Return E[C + 40 F + 5 B] in USD."""
        return (
            self.cost_usd
            + FAILURE_USD * self.failure_rate
            + BREACH_USD * self.sla_breach_rate
        )


def routing_probabilities(world: World, contexts: pd.DataFrame) -> Floats:
    """Return the logging propensities, interactions x arms."""
    probabilities = _softmax_routing(world, contexts)
    if world.canary is None:
        return probabilities
    drawn_at_random = world.canary.share * is_canary(world.canary, contexts)
    at_random = drawn_at_random[:, None]
    return np.asarray((1 - at_random) * probabilities + at_random / len(world.arms))


def is_canary(canary: Canary, contexts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Say of each interaction whether its arm may have been drawn at random."""
    is_late = contexts["second"].to_numpy() >= canary.start_day * DAY_SECONDS
    if canary.use_case is None:
        return np.asarray(is_late)
    use_case = USE_CASES.index(canary.use_case)
    return np.asarray(is_late & (contexts["use_case"].to_numpy() == use_case))


def _softmax_routing(world: World, contexts: pd.DataFrame) -> Floats:
    strength = np.array([arm.strength for arm in world.arms])
    strength = strength - strength.mean()
    routing = world.routing
    held_strong = routing.by_difficulty * contexts["difficulty"].to_numpy()
    held_strong += routing.by_tier * (contexts["account_tier"].to_numpy() - 0.75)
    if world.hidden is not None:
        held_strong += world.hidden.routing * contexts["hidden"].to_numpy()
    # arms preferred by turns, so that over all use cases they are about balanced
    turn = np.arange(len(world.arms)) / len(world.arms)
    use_case = np.arange(len(USE_CASES)) / len(USE_CASES)
    preference = np.cos(2 * np.pi * (turn - use_case[:, None]))
    logits = held_strong[:, None] * strength
    logits += routing.by_use_case * preference[contexts["use_case"]]
    if routing.by_arm:
        logits += np.array(routing.by_arm)[contexts["use_case"]]
    odds = np.exp(logits)
    probabilities: Floats = odds / odds.sum(axis=1, keepdims=True)
    return probabilities


def expect(world: World, contexts: pd.DataFrame, arm: int) -> Expectation:
    """Return the exact expectations under one arm, given context and effects."""
    arms = np.full(len(contexts), arm)
    location = _log_latency(world, contexts, arms)
    # rounding to whole ms: 2200.5 is the first latency that reads as a breach
    limit = (np.log(SLA_MS + 0.5) - location) / world.outcomes.latency_sd
    price = world.arms[arm]
    tokens = _expected_completion(world, contexts)
    counted = _expected_prompt(world, contexts, price.model_provider)
    cost = counted * price.input_price + tokens * price.output_price
    return Expectation(
        failure_rate=_expected_failure(world, contexts, arms),
        sla_breach_rate=ndtr(-limit),
        cost_usd=cost / 1e6,
    )


def _expected_prompt(world: World, contexts: pd.DataFrame, provider: str) -> Floats:
    """Return E[tokens of the prompt] as a provider counts them, not rounded."""
    tokens = contexts["prompt_tokens"].to_numpy(dtype=np.float64)
    for own in world.tokenizers:
        if own.model_provider == provider:
            factor = np.exp(own.log_factor + own.log_sd**2 / 2)
            return np.asarray(tokens * factor + own.overhead)
    return tokens


def draw_outcomes(
    world: World, contexts: pd.DataFrame, arms: Integers, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the answers of the arms that were used, nothing missing yet."""
    size = len(contexts)
    length, rest = rng.standard_normal((2, size))
    share = LENGTH_LATENCY_CORRELATION
    slowness = share * length + np.sqrt(1 - share**2) * rest
    outcomes = world.outcomes
    location = _log_latency(world, contexts, arms)
    latency = np.rint(np.exp(location + outcomes.latency_sd * slowness))
    log_odds = _failure_log_odds(world, contexts, arms)
    failure = expit(log_odds + outcomes.slow_answer_failure * slowness)
    completion = np.exp(
        _log_completion(world, contexts) + outcomes.completion_sd * length
    )
    tokens = np.minimum(np.rint(completion).clip(1), contexts["max_tokens"])
    answers = pd.DataFrame(
        {
            "latency_ms": latency,
            "completion_tokens": tokens.astype(np.int64),
            "tool_calls_count": rng.poisson(0.5, size),
            "failure_probability": failure,
            "is_failure": rng.random(size) < failure,
        }
    )
    answers["failure_type"] = _draw_failure_types(answers, rng)
    return answers


def _expected_failure(world: World, contexts: pd.DataFrame, arms: Integers) -> Floats:
    """Average the failure probability over latency not yet known (Gauss-Hermite)."""
    log_odds = _failure_log_odds(world, contexts, arms)
    slope = world.outcomes.slow_answer_failure
    if slope == 0.0:
        return np.asarray(expit(log_odds))
    nodes, weights = np.polynomial.hermite_e.hermegauss(QUADRATURE_NODES)
    weights = weights / weights.sum()
    expected = np.zeros(len(log_odds))
    for node, weight in zip(nodes, weights, strict=True):
        expected += weight * expit(log_odds + slope * node)
    return expected


def _failure_log_odds(world: World, contexts: pd.DataFrame, arms: Integers) -> Floats:
    outcomes = world.outcomes
    use_case = contexts["use_case"].to_numpy()
    log_odds = np.array(outcomes.failure)[use_case, contexts["account_tier"]]
    log_odds += np.array(outcomes.arm_failure)[use_case, arms]
    log_odds += outcomes.difficulty_failure * contexts["difficulty"].to_numpy()
    log_odds += outcomes.session_failure_sd * contexts["session_effect"].to_numpy()
    log_odds += outcomes.user_failure_sd * contexts["user_effect"].to_numpy()
    log_odds += np.array(outcomes.version_failure)[contexts["prompt_version"]]
    if world.incident is not None:
        log_odds += world.incident.failure * _degraded(world, contexts, arms)
    if world.hidden is not None:
        log_odds += world.hidden.failure * contexts["hidden"].to_numpy()
    if world.shift is not None:
        moved = np.array(world.shift.failure)[use_case, contexts["account_tier"]]
        moved += np.array(world.shift.arm_failure)[use_case, arms]
        log_odds += moved * has_shifted(world.shift, contexts["second"])
    return np.asarray(log_odds)


def _log_latency(world: World, contexts: pd.DataFrame, arms: Integers) -> Floats:
    outcomes = world.outcomes
    location = outcomes.latency + np.array(outcomes.arm_latency)[arms]
    location += outcomes.difficulty_latency * contexts["difficulty"].to_numpy()
    location += np.array(outcomes.version_latency)[contexts["prompt_version"]]
    if world.slow is not None:
        location += world.slow.latency * is_slow(world.slow, contexts)
    if world.incident is not None:
        location += world.incident.latency * _degraded(world, contexts, arms)
    return np.asarray(location)


def is_slow(slow: Slow, contexts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Say of each interaction whether it is in the slow slice."""
    is_channel = contexts["channel"] == CHANNELS.index(slow.channel)
    is_region = contexts["region"] == REGIONS.index(slow.region)
    return np.asarray(is_channel & is_region)


def _log_completion(world: World, contexts: pd.DataFrame) -> Floats:
    outcomes = world.outcomes
    location = np.array(outcomes.completion)[contexts["use_case"]]
    location += np.array(outcomes.version_completion)[contexts["prompt_version"]]
    if world.cost_creep is not None:
        days = contexts["second"].to_numpy() / DAY_SECONDS
        ramp = creep_ramp(world.cost_creep, days)
        location = location + np.log1p(ramp * (world.cost_creep.completion_factor - 1))
    return location


def _expected_completion(world: World, contexts: pd.DataFrame) -> Floats:
    """Return E[min(X, cap)] of a lognormal X; rounding to tokens leaves it as it is."""
    location = _log_completion(world, contexts)
    cap = contexts["max_tokens"].to_numpy()
    sd = world.outcomes.completion_sd
    limit = (np.log(cap) - location) / sd
    within = np.exp(location + sd**2 / 2) * ndtr(limit - sd)
    return np.asarray(within + cap * ndtr(-limit))


def _degraded(
    world: World, contexts: pd.DataFrame, arms: Integers
) -> npt.NDArray[np.bool_]:
    if world.incident is None:
        return np.zeros(len(contexts), dtype=bool)
    provider = world.incident.model_provider
    is_provider = np.array([arm.model_provider == provider for arm in world.arms])
    since = world.incident.start_day * DAY_SECONDS
    return np.asarray(is_provider[arms] & (contexts["second"].to_numpy() >= since))


def _draw_failure_types(answers: pd.DataFrame, rng: np.random.Generator) -> Integers:
    """Return codes into FAILURE_TYPES, -1 without failure."""
    failed = answers[answers["is_failure"]]
    weights = np.tile(TYPE_WEIGHTS, (len(failed), 1))
    # a tool error needs a tool, a timeout a late answer
    weights[:, FAILURE_TYPES.index("tool_error")] *= failed["tool_calls_count"] > 0
    weights[:, FAILURE_TYPES.index("latency_timeout")] *= failed["latency_ms"] > SLA_MS
    ends = np.cumsum(weights, axis=1)
    point = rng.random(len(failed)) * ends[:, -1]
    types = np.full(len(answers), -1)
    types[answers["is_failure"]] = (point[:, None] >= ends[:, :-1]).sum(axis=1)
    return types
