"""How good the answers of a world are, and what an evaluator makes of them."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from llm_telemetry.simulate.parameters import World
from llm_telemetry.simulate.traffic import Floats, Integers

DECIMALS = 6


def draw_answers(
    world: World, contexts: pd.DataFrame, arms: Integers, rng: np.random.Generator
) -> pd.DataFrame:
    """Return bad_probability, is_bad, score and expected_score of each answer."""
    planted = world.answers
    if planted is None:
        return pd.DataFrame(index=contexts.index)
    log_odds = np.array(planted.bad)[arms]
    log_odds += planted.difficulty * contexts["difficulty"].to_numpy()
    log_odds += planted.session_sd * contexts["session_effect"].to_numpy()
    chance: Floats = expit(log_odds)
    is_bad = rng.random(len(chance)) < chance
    of_good = np.array(planted.score_of_good)[arms]
    of_bad = np.array(planted.score_of_bad)[arms]
    mean = np.where(is_bad, of_bad, of_good)
    size = planted.concentration
    return pd.DataFrame(
        {
            "bad_probability": chance,
            "is_bad": is_bad,
            "score": rng.beta(size * mean, size * (1 - mean)),
            "expected_score": chance * of_bad + (1 - chance) * of_good,
        }
    )


def true_quality(
    world: World, answers: pd.DataFrame, arms: Integers
) -> list[dict[str, Any]] | None:
    """Return for each model its true rate of bad answers, and the mean of its scores.

    Both are means over the calls that it answered, from exact probabilities.
    """
    if world.answers is None:
        return None
    means = answers[["bad_probability", "expected_score"]].groupby(arms).mean()
    return [
        {
            "model_provider": world.arms[code].model_provider,
            "model_name": world.arms[code].model_name,
            "bad_answer_rate": round(float(row["bad_probability"]), DECIMALS),
            "evaluator_mean": round(float(row["expected_score"]), DECIMALS),
        }
        for code, row in zip(means.index, means.to_dict("records"), strict=True)
    ]
