"""Chance-corrected agreement of reviewers, and of an evaluator with them, planted."""

from itertools import product

import duckdb
import numpy as np
import pandas as pd
from rendered_models import build

from calibration.store import Numbers
from llm_telemetry.decisions.statistics import Floats

BAD = (0.05, 0.1, 0.2, 0.5)
# how alike the answers of a session are
WITHIN = 0.3
PER_SESSION = (1, 5)
ALPHAS = (0.4, 0.7, 0.9)
REVIEWERS = (2, 3)
# how often an evaluator flags what is bad, and leaves alone what is good
EVALUATORS = ((0.6, 0.97), (0.9, 0.98), (0.95, 0.995))


def measure(seed: int, *, labels: int) -> Numbers:
    """Hold intervals of alpha and of kappa against the truth, in every case once.

    Cases differ in the share of bad answers, answers per session, agreement, and the
    reviewers of an answer. The number of labels is that of all reviewers together; of
    an evaluator, the effective one, about.
    """
    rng = np.random.default_rng(seed)
    return {**_of_reviewers(rng, labels), **_of_evaluators(rng, labels)}


def _of_reviewers(rng: np.random.Generator, labels: int) -> Numbers:
    cases = list(product(BAD, ALPHAS, REVIEWERS, PER_SESSION))
    frames = []
    for place, (bad, alpha, reviewers, size) in enumerate(cases):
        sessions = labels // (reviewers * size)
        # beta distributed, so that two labels of an answer correlate by alpha
        shape = 1 / alpha - 1
        chance = rng.beta(bad * shape, (1 - bad) * shape, (sessions, size + 1))
        failures = rng.binomial(reviewers, _alike(rng, chance))
        frames.append(_frame(place, failures).assign(reviewers=reviewers))
    reviews = pd.concat(frames).rename(columns={"value": "failure_reviews"})
    reviews["ok_reviews"] = reviews["reviewers"] - reviews["failure_reviews"]
    reviews["interaction_id"] = range(len(reviews))
    calls = reviews[["interaction_id", "session_id"]]
    found = _built({"reviews": reviews, "interactions": calls}, "int_review_agreement")
    case = pd.DataFrame(cases, columns=["bad", "truth", "reviewers", "size"])
    found = case.join(found.set_index("dimension"))
    refused = found.groupby("truth")["has_disagreement"].mean()
    shares = {f"refused_{alpha:g}": float(share) for alpha, share in refused.items()}
    return shares | _counted("alpha", found, found["labels"] / found["reviewers"])


def _of_evaluators(rng: np.random.Generator, labels: int) -> Numbers:
    cases = list(product(BAD, EVALUATORS, PER_SESSION))
    frames, truths = [], []
    for place, (bad, (found, spared), size) in enumerate(cases):
        # audits weigh more than what is certain: 3 labels are worth 2
        sessions = labels * 3 // 2 // size
        is_bad = _alike(rng, rng.random((sessions, size + 1))) < bad
        flags = np.where(is_bad, found, 1 - spared)
        is_flagged = _alike(rng, rng.random((sessions, size + 1))) < flags
        weight = rng.uniform(4, 12, is_bad.shape)
        weight[rng.random(is_bad.shape) < 0.3] = 1
        frame = _frame(place, is_bad.astype(float)).assign(
            score=is_flagged.ravel().astype(float), label_weight=weight.ravel()
        )
        frames.append(frame.rename(columns={"value": "bad_share"}))
        flagged = bad * found + (1 - bad) * (1 - spared)
        disputed = bad * (1 - found) + (1 - bad) * (1 - spared)
        by_chance = bad * (1 - flagged) + flagged * (1 - bad)
        truths.append((bad, 1 - disputed / by_chance, size))
    weights = pd.concat(frames).assign(evaluator="e", evaluator_version="1")
    built = _built({"int_quality_weights": weights}, "int_evaluator_agreement")
    case = pd.DataFrame(truths, columns=["bad", "truth", "size"])
    return _counted(
        "kappa", case.join(built.set_index("dimension")), built["labels"] * 2 / 3
    )


def _alike(rng: np.random.Generator, values: Floats) -> Floats:
    """Return values per session and answer, some of them that of the last column.

    Two answers of a session share it with a probability of ``WITHIN``.
    """
    own, shared = values[:, :-1], values[:, -1:]
    if own.shape[1] == 1:
        return own
    return np.where(rng.random(own.shape) < WITHIN**0.5, shared, own)


def _frame(place: int, values: Floats) -> pd.DataFrame:
    sessions = np.repeat(np.arange(len(values)), values.shape[1])
    return pd.DataFrame(
        {
            "dimension": place,
            "session_id": [f"{place}-{session}" for session in sessions],
            "value": values.ravel(),
        }
    )


def _built(tables: dict[str, pd.DataFrame], model: str) -> pd.DataFrame:
    with duckdb.connect(config={"threads": 1}) as connection:
        for name, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(f"create table {name} as from frame")
        build(connection, model)
        return connection.sql(f"from {model} order by dimension").df()


def _counted(name: str, found: pd.DataFrame, answers: pd.Series) -> Numbers:
    """Count the cases with an interval, those it covers, and those of each kind.

    Beside it, the interval that Cohen (1960) gave for kappa: of independent answers, as
    if chance were known.
    """
    value, truth = found[name], found["truth"]
    is_stated = found[f"{name}_low"].notna()
    is_covered = truth.between(found[f"{name}_low"], found[f"{name}_high"])
    share = found["agreement"]
    error = np.sqrt(share * (1 - share) / answers) * (1 - value) / (1 - share)
    is_naive_covered = abs(value - truth) <= 1.96 * error.fillna(0)
    kinds = {
        "": is_stated,
        "_few_bad": is_stated & (found["bad"] == min(BAD)),
        "_sessions": is_stated & (found["size"] > 1),
        "_low": is_stated & (truth < 0.6),
        "_high": is_stated & (truth > 0.85),
    }
    counts = {
        f"{name}{kind}_{what}": float(column[rows].sum())
        for kind, rows in kinds.items()
        for what, column in (("stated", is_stated), ("covered", is_covered))
    }
    width = found[f"{name}_high"] - found[f"{name}_low"]
    return {
        **counts,
        f"{name}_cases": float(len(found)),
        f"{name}_width": float(width[is_stated].sum()),
        f"{name}_naive_covered": float(is_naive_covered[is_stated].sum()),
    }
