"""Rates of bad answers from labels and scores: real answers, and planted ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import duckdb
import numpy as np
import pandas as pd
from quality_frames import calls_of, load, without_disagreement
from rendered_models import build

from calibration.replicate import ROOT
from calibration.store import Numbers
from llm_telemetry.decisions.statistics import Floats
from llm_telemetry.simulate import simulate

ANSWERS = ROOT.parent / "shared" / "data" / "judge" / "evouna_tq"
DAYS = 28
CERTAIN_PER_DAY = 5
CALLS_PER_SESSION = 3
CALLS = 8_000
PLANTED = (0.05, 0.1, 0.2, 0.3, 0.4)


@dataclass(frozen=True)
class Window:
    """Calls of some days: model, session, score and truth of each; true rates."""

    model: np.ndarray
    session: np.ndarray
    score: Floats
    bad: Floats
    truth: Mapping[str, float]


@cache
def _scores() -> pd.DataFrame:
    return pd.read_csv(ANSWERS / "scores.csv")


def published(rng: np.random.Generator) -> Window:
    """Draw a window from labelled answers of five models.

    The score is 1 - recall of stems; the truth is the rate of all published answers.
    """
    known = _scores()
    rows = known.iloc[rng.integers(0, len(known), len(known))]
    return Window(
        model=rows["model"].to_numpy(),
        session=rng.integers(0, len(rows) // CALLS_PER_SESSION, len(rows)),
        score=1 - rows["stem_recall"].to_numpy(float),
        bad=rows["is_wrong"].to_numpy(float),
        truth=known.groupby("model")["is_wrong"].mean().to_dict(),
    )


def simulated(rng: np.random.Generator) -> Window:
    """Draw from the world real, whose evaluator favours the worst of eight models."""
    found = simulate("real", interactions=CALLS, seed=int(rng.integers(2**32)))
    log, answers = found.interactions, found.answers
    model = (log["model_provider"] + "/" + log["model_name"]).to_numpy()
    return Window(
        model=model,
        session=log["session_id"].to_numpy(),
        score=answers["score"].to_numpy(float),
        bad=answers["is_bad"].to_numpy(float),
        truth=answers["bad_probability"].groupby(model).mean().to_dict(),
    )


def clustered(rng: np.random.Generator, sessions: int) -> Window:
    """Plant the quality of five models in a few big sessions.

    What is bad clusters in them: the rates of a session are beta distributed, with a
    correlation of .1 within it. The evaluator favours the worst model.
    """
    place = rng.integers(0, len(PLANTED), CALLS)
    session = rng.integers(0, sessions, CALLS)
    means = np.array(PLANTED)
    effects = rng.beta(9 * means, 9 * (1 - means), (sessions, len(PLANTED)))
    bad = (rng.random(CALLS) < effects[session, place]).astype(float)
    favour = np.array([0.2, 0.1, 0.0, -0.1, -0.15])[place]
    noise = 0.2 * rng.standard_normal(CALLS)
    names = [f"m{one}" for one in range(len(PLANTED))]
    return Window(
        model=np.array(names)[place],
        session=session,
        score=np.clip(0.25 + 0.45 * bad + favour + noise, 0, 1),
        bad=bad,
        truth=dict(zip(names, PLANTED, strict=True)),
    )


def measure(
    seed: int,
    *,
    audits: int,
    evaluator: str = "stem",
    is_planted: bool = False,
    sample_share: float = 1.0,
    sessions: int | None = None,
    noise: float = 0.3,
) -> Numbers:
    """Draw the queue of four weeks, label it, and hold every model against the truth.

    Each day reviews the riskiest calls for certain, and audits drawn from the others;
    volume grows, so that an audit is less likely later. ``audits`` is their mean number
    per model; ``sessions`` makes that many big ones; beside what was drawn, the
    evaluator scores ``sample_share`` of the calls. Risk is the score with ``noise``.
    """
    rng = np.random.default_rng(seed)
    if sessions is not None:
        window = clustered(rng, sessions)
    else:
        window = simulated(rng) if is_planted else published(rng)
    model, bad, score = window.model, window.bad, window.score
    if evaluator == "random":
        score = rng.random(len(bad))
    shares = np.linspace(1, 2, DAYS)
    day = np.searchsorted(np.cumsum(shares) / shares.sum(), rng.random(len(bad)))
    risk = score + noise * rng.standard_normal(len(bad))
    certain, probability = _queue(day, risk, audits * len(set(model)) / DAYS)
    drawn = certain | (rng.random(len(bad)) < probability)
    is_scored = drawn | (rng.random(len(bad)) < sample_share)
    score = np.where(is_scored, score, np.nan)
    calls = calls_of(
        window.session, score, bad, drawn, probability, model, sample_share
    )
    return _held_against(calls, window, drawn)


def _queue(day: np.ndarray, risk: Floats, per_day: float) -> tuple[np.ndarray, Floats]:
    """Mark the riskiest calls of each day; return all probabilities of a review."""
    rank = pd.Series(-risk).groupby(day).rank(method="first").to_numpy()
    certain = rank <= CERTAIN_PER_DAY
    calls = np.bincount(day, minlength=DAYS)[day]
    return certain, np.where(certain, 1.0, np.minimum(per_day / calls, 1.0))


def _held_against(calls: pd.DataFrame, window: Window, drawn: np.ndarray) -> Numbers:
    rates, differences = _estimated(calls)
    true = rates["scope"].map(window.truth)
    stated = rates["rate"].notna()
    covered = true.between(rates["rate_low"], rates["rate_high"])
    reviewed = pd.Series(window.bad[drawn]).groupby(window.model[drawn])
    naive = rates["scope"].map(reviewed.mean())
    error = np.sqrt(naive * (1 - naive) / rates["scope"].map(reviewed.size()))
    apart = differences["scope"].map(window.truth)
    apart -= differences["other_scope"].map(window.truth)
    ends = differences["difference_low"], differences["difference_high"]
    alone = rates["labels_only_rate_high"] - rates["labels_only_rate_low"]
    by_model = {
        "models": stated,
        "covered": covered,
        "width": (rates["rate_high"] - rates["rate_low"])[stated],
        "width_alone": alone[stated],
        "naive_covered": (abs(naive - true) <= 1.96 * error)[stated],
        "evaluator_covered": (abs(rates["evaluator_mean"] - true) <= 0.02)[stated],
    }
    return {
        **{name: float(values.sum()) for name, values in by_model.items()},
        "fewest_bad_covered": float(covered[true.idxmin()]),
        "error": float((rates["rate"] - true)[stated].mean()),
        "naive_error": float((naive - true).mean()),
        "evaluator_error": float(abs(rates["evaluator_mean"] - true).max()),
        "pairs": float(len(differences)),
        "pairs_covered": float(apart.between(*ends).sum()),
    }


def _estimated(calls: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rates and differences of the models, with the scores of the evaluator."""
    with duckdb.connect(config={"threads": 1}) as connection:
        load(connection, calls)
        without_disagreement(connection)
        build(
            connection, "int_review_agreement", "quality_rates", "quality_differences"
        )
        of_models = "scope_kind = 'model' and evaluator = 'e'"
        return (
            connection.sql(f"from quality_rates where {of_models}").df(),
            connection.sql(f"from quality_differences where {of_models}").df(),
        )
