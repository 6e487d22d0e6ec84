"""The value of any policy from any log of choices: the estimator by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.routing.estimation.contexts import Codes, folds
from llm_telemetry.routing.estimation.nuisances import Sample, cross_fitted, with_logged
from llm_telemetry.routing.estimation.value import (
    Evaluation,
    Part,
    corrected_mean,
    doubly_robust,
    inverse_weights,
)

OUTCOME = "outcome"
FOLDS = 5
MIN_PROPENSITY = 0.01  # the default of the knob routing_min_propensity


def policy_value(
    contexts: pd.DataFrame,
    arms: Sequence[Any],
    propensities: npt.ArrayLike | None,
    outcomes: npt.ArrayLike,
    policy: Sequence[Any] | Mapping[Any, Any],
    *,
    sessions: Sequence[Any] | None = None,
    min_propensity: float = MIN_PROPENSITY,
    seed: int = 0,
) -> Estimate:
    """Return E[outcome] had every row used the policy's arm, with a 95 % interval.

    Doubly robust, with models fitted on other sessions than they score (cross-fitted).

    ``contexts`` is what was known before each choice, one row per choice: columns of
    floats are numeric, all others categorical. ``propensities`` are the probabilities
    with which the arms used were drawn; with None they are estimated. ``policy`` has an
    arm per row, or maps the values of the first context to arms (KeyError if it lacks
    one). ``outcomes`` may contain NaN for unknown. ``sessions`` groups rows that are
    not independent. Weights are clipped at 1 / ``min_propensity``: pass a smaller value
    if the log drew the policy's arms with smaller probabilities; nothing is refused.
    """
    chosen = _arms_of(policy, contexts)
    names = pd.Index(pd.unique(pd.Series([*arms, *chosen], dtype=object)))
    used, wanted = (
        names.get_indexer(pd.Index(own, dtype=object)) for own in (arms, chosen)
    )
    sample = _sample(contexts, used, len(names), propensities, outcomes, sessions)
    return _value(sample, wanted, min_propensity, seed)


def _sample(
    contexts: pd.DataFrame,
    used: Codes,
    arm_count: int,
    propensities: npt.ArrayLike | None,
    outcomes: npt.ArrayLike,
    sessions: Sequence[Any] | None,
) -> Sample:
    """Return the choices as the models read them."""
    rows = np.arange(len(used))
    return Sample(
        contexts=contexts.reset_index(drop=True),
        arms=used,
        arm_count=arm_count,
        sessions=rows if sessions is None else pd.factorize(np.asarray(sessions))[0],
        outcomes={OUTCOME: np.asarray(outcomes, dtype=np.float64)},
        logged=np.full(len(rows), np.nan)
        if propensities is None
        else np.asarray(propensities, dtype=np.float64),
        interacted=tuple(map(str, contexts.columns)),
    )


def _value(sample: Sample, wanted: Codes, min_propensity: float, seed: int) -> Estimate:
    with threadpool_limits(limits=1):
        fold_of = folds(sample.sessions, FOLDS, seed)
        (likely, expected), _ = cross_fitted(sample, fold_of)
    rows, used, model = np.arange(len(wanted)), sample.arms, expected[OUTCOME]
    observed = sample.outcomes[OUTCOME]
    part = Part(1.0, observed, model[rows, wanted], model[rows, used])
    logged = with_logged(likely, sample)
    own = Evaluation(
        sessions=sample.sessions,
        use_cases=np.zeros(len(rows), dtype=np.int64),
        weights=inverse_weights(used, wanted, logged, min_propensity),
        chances=np.maximum(likely[rows, wanted], min_propensity),
        parts={},
    )
    scores = doubly_robust(part, own)
    return corrected_mean(scores, part.missed(part.chosen), own, kept=0.0)


def _arms_of(
    policy: Sequence[Any] | Mapping[Any, Any], contexts: pd.DataFrame
) -> list[Any]:
    """Return the arm that a policy gives each row."""
    if isinstance(policy, Mapping):
        return [policy[value] for value in contexts.iloc[:, 0]]
    return list(policy)
