"""The value of any policy from any log of choices: the estimator on its own."""

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
MIN_PROPENSITY = 0.01  # as the knob routing_min_propensity is set


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

    Doubly robust, on models that never saw the session they score. ``contexts`` is
    what was known before the choice: columns of floats are numbers, all others names;
    ``propensities`` the chance with which the arm used was drawn, or None, and then
    they are estimated; ``policy`` an arm per row, or per value of the first column of
    ``contexts``; ``sessions`` of rows that are not independent; an ``outcome`` that
    is NaN is unknown. No weight is above 1 / ``min_propensity``: a log that drew the
    policy's arms with smaller chances asks for a smaller one. Nothing is refused here.
    """
    chosen = _arms_of(policy, contexts)
    names = pd.Index(pd.unique(pd.Series([*arms, *chosen], dtype=object)))
    used, wanted = (
        names.get_indexer(pd.Index(own, dtype=object)) for own in (arms, chosen)
    )
    rows = np.arange(len(used))
    sample = Sample(
        contexts=contexts.reset_index(drop=True),
        arms=used,
        arm_count=len(names),
        sessions=rows if sessions is None else pd.factorize(np.asarray(sessions))[0],
        outcomes={OUTCOME: np.asarray(outcomes, dtype=np.float64)},
        logged=np.full(len(rows), np.nan)
        if propensities is None
        else np.asarray(propensities, dtype=np.float64),
        interacted=tuple(map(str, contexts.columns)),
    )
    return _value(sample, wanted, min_propensity, seed)


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
