"""Real answers of nine models to the same prompts: every policy's value is known."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from calibration.store import Numbers
from llm_telemetry.decisions.statistics import Floats
from llm_telemetry.routing.evaluate import policy_value

SHARED = Path(__file__).parents[3] / "shared" / "data" / "routing"
FAILURE_USD = 40.0
TOKENS = 300  # an answer is priced at, per million
KEYS = ["prompt_sha", "task_name", "prompt_chars", "copy"]


@dataclass(frozen=True)
class Answers:
    """Prompts by model: contexts, unit costs in USD, and the best model per task."""

    sessions: list[str]
    contexts: pd.DataFrame
    models: list[str]
    costs: Floats
    policy: dict[str, str]
    truth: float


@cache
def answers(folder: Path = SHARED) -> Answers:
    """Read the scores, turned into failures, and list prices, into costs."""
    file = folder / "llmrouter_scores_long.parquet"
    long = duckdb.sql(
        f"select * from '{file}' order by split, prompt_sha, task_name, model"
    ).df()
    price = long["input_price_per_m"] * TOKENS / 1e6
    long["cost"] = FAILURE_USD * (1 - long["score"]) + price
    long["copy"] = long.groupby(["prompt_sha", "task_name", "model"]).cumcount()
    wide = long.pivot_table(index=KEYS, columns="model", values="cost").reset_index()
    models = [name for name in wide.columns if name not in KEYS]
    costs = wide[models].to_numpy()
    best = wide.groupby("task_name")[models].mean().idxmin(axis=1)
    wanted = pd.Index(models).get_indexer(pd.Index(wide["task_name"].map(best)))
    return Answers(
        sessions=wide["prompt_sha"].tolist(),
        contexts=pd.DataFrame(
            {
                "task_name": wide["task_name"],
                "size": np.log1p(wide["prompt_chars"].to_numpy()),
            }
        ),
        models=models,
        costs=costs,
        policy=best.to_dict(),
        truth=float(costs[np.arange(len(costs)), wanted].mean()),
    )


def propensities(known: Answers, skew: float) -> Floats:
    """Favour the models held strong, and for longer prompts the later ones."""
    means = known.costs.mean(axis=0)
    size = known.contexts["size"].to_numpy()
    lean = np.linspace(-0.5, 0.5, len(known.models))
    long = (size - size.mean())[:, None] / size.std() * lean
    odds = np.exp(skew * (long - means / means.std()))
    shares: Floats = odds / odds.sum(axis=1, keepdims=True)
    return shares


def measure(seed: int, *, skew: float, is_known: bool) -> Numbers:
    """Log one answer a prompt, and hold the estimate against the true value."""
    known = answers()
    likely = propensities(known, skew)
    rows, rng = np.arange(len(likely)), np.random.default_rng(seed)
    ends = likely.cumsum(axis=1)[:, :-1]
    drawn = (rng.random((len(likely), 1)) >= ends).sum(axis=1)
    estimate = policy_value(
        known.contexts,
        np.array(known.models)[drawn].tolist(),
        likely[rows, drawn] if is_known else None,
        known.costs[rows, drawn],
        known.policy,
        sessions=known.sessions,
    )
    return {
        "error": estimate.value - known.truth,
        "covers": estimate.low <= known.truth <= estimate.high,
    }
