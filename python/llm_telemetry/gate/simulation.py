"""Simulated releases whose truth is known: how often the gate is wrong, and right."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt
import pandas as pd

from llm_telemetry.decisions.statistics import Floats
from llm_telemetry.gate import Version, bars, decide
from llm_telemetry.gate.boundaries import Looks
from llm_telemetry.gate.contrasts import of_rates
from llm_telemetry.gate.standardised import Rate, standardised_rate

Integers = npt.NDArray[np.int64]

SESSION_GROUPS = 128
MEAN_SESSION = 4.6
SLA_MS = 2200.0
LATENCY_MS = 1250.0
# how much sessions differ, in log odds and log milliseconds
SESSION_SD = 0.5
SESSION_LATENCY_SD = 0.15
BIN = 1.01
USE_CASES = ("coding", "chat", "search")
TIERS = ("free", "pro")
COUNTS = (
    *("sessions", "interactions", "known_outcomes", "failures"),
    *("known_latencies", "sla_breaches", "slow_interactions"),
    *("known_costs", "cost_usd", "known_quality_scores", "quality_score_sum"),
)


@dataclass(frozen=True)
class Truth:
    """What a version does: its failure rate's log odds, log latency and log cost."""

    failure: float = -2.0
    latency: float = 0.0
    cost: float = 0.0
    latency_missing: float = 0.02
    cost_missing: float = 0.02


def simulated(
    name: str, rng: np.random.Generator, *, sessions: int, truth: Truth = Truth()
) -> Version:
    """Return one version's rows of the marts; a session keeps its slice."""
    size = 1 + rng.poisson(MEAN_SESSION - 1, sessions)
    session = np.repeat(np.arange(sessions), size)
    place = rng.integers(len(USE_CASES) * len(TIERS), size=sessions)
    difficulty = SESSION_SD * rng.standard_normal(sessions)
    pace = SESSION_LATENCY_SD * rng.standard_normal(sessions)
    rows = len(session)
    odds = truth.failure + 0.2 * place[session] + difficulty[session]
    failed = rng.random(rows) < 1 / (1 + np.exp(-odds))
    spread = pace[session] + 0.36 * rng.standard_normal(rows)
    latency = LATENCY_MS * np.exp(truth.latency + spread)
    known = rng.random(rows) >= truth.latency_missing
    priced = rng.random(rows) >= truth.cost_missing
    cost = 0.003 * np.exp(truth.cost + 0.6 * rng.standard_normal(rows))
    log_table = pd.DataFrame(
        {
            "use_case": np.array(USE_CASES)[place // len(TIERS)][session],
            "account_tier": np.array(TIERS)[place % len(TIERS)][session],
            "session_group": session % SESSION_GROUPS,
            "sessions": np.r_[True, session[1:] != session[:-1]],
            "interactions": 1,
            "known_outcomes": 1,
            "failures": failed,
            "known_latencies": known,
            "sla_breaches": known & (latency > SLA_MS),
            "slow_interactions": known & (latency > LATENCY_MS * np.exp(0.39 * 1.645)),
            "known_costs": priced,
            "cost_usd": np.where(priced, cost, 0.0),
            "known_quality_scores": 1,
            "quality_score_sum": np.where(failed, 0.5, 0.75)
            + rng.uniform(-0.2, 0.2, rows),
            "latency_bin": np.floor(np.log(latency) / log(BIN)),
        }
    )
    return Version(name, _cells(log_table), _bins(log_table[known]))


def verdicts(
    knobs: Mapping[str, float],
    *,
    runs: int,
    sessions: int,
    truth: Truth = Truth(),
    seed: int = 42,
) -> Counter[str]:
    """Return how often a candidate with this truth passes, fails or is undecided.

    The baseline is the default truth; both get as many sessions, compared once.
    """
    rng = np.random.default_rng(seed)
    counted: Counter[str] = Counter()
    for _ in range(runs):
        baseline = simulated("baseline", rng, sessions=sessions)
        candidate = simulated("candidate", rng, sessions=sessions, truth=truth)
        decided = decide(baseline, candidate, knobs, looks=Looks(), expected_share=0.5)
        counted[decided.verdict] += 1
    return counted


def ever_rejects(
    knobs: Mapping[str, float],
    *,
    runs: int,
    days: int = 28,
    sessions_a_day: int = 30,
    seed: int = 42,
) -> dict[str, float]:
    """Return how often equal versions ever differ beyond the interval, by schedule.

    Looked at every day, at the failure rate: naive (one look's interval every day),
    scheduled (O'Brien-Fleming) and ad_hoc (confidence sequence).
    """
    rng = np.random.default_rng(seed)
    found: Counter[str] = Counter()
    for _ in range(runs):
        baseline = _daily_rates(rng, days, sessions_a_day)
        candidate = _daily_rates(rng, days, sessions_a_day)
        found.update(_rejecting(knobs, baseline, candidate, sessions_a_day))
    kinds = ("naive", "scheduled", "ad_hoc")
    return {kind: found[kind] / runs for kind in kinds}


def _rejecting(
    knobs: Mapping[str, float],
    baseline: list[Rate],
    candidate: list[Rate],
    sessions_a_day: int,
) -> set[str]:
    days = len(baseline)
    planned = 2.0 * sessions_a_day * days
    rejecting = set()
    for day, (ours, theirs) in enumerate(zip(baseline, candidate, strict=True), 1):
        clusters = min(SESSION_GROUPS, day * sessions_a_day)
        contrast = of_rates(ours, theirs, clusters, 1.0)
        looks = {
            "naive": Looks(),
            "scheduled": Looks(day, days),
            "ad_hoc": Looks(planned_sessions=planned),
        }
        for kind, look in looks.items():
            far = bars(knobs, look, 2.0 * sessions_a_day * day, 1).passing(clusters)
            low, high = contrast.bounds(far)
            if not low <= 0 <= high:
                rejecting.add(kind)
    return rejecting


def _daily_rates(rng: np.random.Generator, days: int, sessions: int) -> list[Rate]:
    """Return the failure rate of all sessions up to each day."""
    total = days * sessions
    size = 1 + rng.poisson(MEAN_SESSION - 1, total)
    odds = Truth().failure + SESSION_SD * rng.standard_normal(total)
    failed = rng.binomial(size, 1 / (1 + np.exp(-odds)))
    group = np.arange(total) % SESSION_GROUPS
    rates = []
    for seen in range(sessions, total + 1, sessions):
        events, trials = (
            _grouped(group[:seen], values[:seen]) for values in (failed, size)
        )
        rates.append(
            standardised_rate(events, trials, np.ones(1), sessions=float(seen))
        )
    return rates


def _grouped(group: Integers, values: Integers) -> Floats:
    summed = np.bincount(group, weights=values, minlength=SESSION_GROUPS)
    return summed.astype(np.float64)[None, :]


def _cells(log_table: pd.DataFrame) -> pd.DataFrame:
    keys = ["use_case", "account_tier", "session_group"]
    counted: pd.DataFrame = log_table.groupby(keys, as_index=False)[list(COUNTS)].sum()
    return counted


def _bins(log_table: pd.DataFrame) -> pd.DataFrame:
    keys = ["use_case", "account_tier", "latency_bin"]
    binned = log_table.groupby(keys)["interactions"].sum().reset_index()
    return binned.assign(
        latency_from_ms=BIN ** binned["latency_bin"],
        latency_to_ms=BIN ** (binned["latency_bin"] + 1),
    ).drop(columns="latency_bin")
