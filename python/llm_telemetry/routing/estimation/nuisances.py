"""The fitted parts that every estimator shares: propensities and outcome models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from llm_telemetry.routing.estimation import outcome_models, propensity
from llm_telemetry.routing.estimation.contexts import Codes, Encoded, Encoder, Floats
from llm_telemetry.routing.estimation.outcome_models import OutcomeModel
from llm_telemetry.routing.estimation.propensity import PropensityModel

Predicted = tuple[Floats, dict[str, Floats]]


@dataclass(frozen=True)
class Sample:
    """Calls as the models see them; codes of arms count over every window.

    ``outcomes`` holds one array per outcome, NaN where it is unknown; ``logged`` the
    probability with which the arm was drawn, NaN where it was not logged.
    """

    contexts: pd.DataFrame
    arms: Codes
    arm_count: int
    sessions: Codes
    outcomes: Mapping[str, Floats]
    logged: Floats
    interacted: Sequence[str]

    def of(self, rows: Codes) -> "Sample":
        """Return some of the rows."""
        return Sample(
            contexts=self.contexts.iloc[rows],
            arms=self.arms[rows],
            arm_count=self.arm_count,
            sessions=self.sessions[rows],
            outcomes={name: values[rows] for name, values in self.outcomes.items()},
            logged=self.logged[rows],
            interacted=self.interacted,
        )

    @property
    def is_randomised(self) -> bool:
        """Say whether the propensity of every row was written down."""
        return bool(np.isfinite(self.logged).all()) and len(self.logged) > 0


@dataclass(frozen=True)
class Nuisances:
    """What the context says of the arm that is used, and of what each arm does."""

    propensity: PropensityModel
    outcomes: Mapping[str, OutcomeModel]

    def predicted(self, sample: Sample) -> Predicted:
        """Return modelled propensities and expected outcomes, each rows x arms."""
        rows = encoded(sample)
        expected = {
            name: model.expected(rows(model.encoder))
            for name, model in self.outcomes.items()
        }
        return self.propensity.probabilities(rows(self.propensity.encoder)), expected


def encoded(sample: Sample) -> Callable[[Encoder], Encoded]:
    """Return what encodes a sample: once for models that share an encoder."""
    return cache(lambda encoder: Encoded(encoder, sample.contexts, sample.interacted))


def fit(sample: Sample, *, temperature: float = 1.0) -> Nuisances:
    """Return the models fitted on a sample."""
    arms, count = sample.arms, sample.arm_count
    rows = Encoded.fitted(sample.contexts, sample.interacted)
    return Nuisances(
        propensity=propensity.fit(rows, arms, count, temperature=temperature),
        outcomes={
            name: outcome_models.fit(rows, arms, values, count)
            for name, values in sample.outcomes.items()
        },
    )


def with_logged(likely: Floats, sample: Sample) -> Floats:
    """Return the propensities with what was written down in its place."""
    rows = np.flatnonzero(np.isfinite(sample.logged))
    likely = likely.copy()
    likely[rows, sample.arms[rows]] = sample.logged[rows]
    return likely


def cross_fitted(sample: Sample, fold_of: Codes) -> tuple[Predicted, float]:
    """Return what models fitted on the other folds say, and the temperature.

    No row is predicted by a model that saw it: not its outcome, not its session.
    """
    shape = (len(sample.arms), sample.arm_count)
    log_raw, log_shares = np.zeros(shape), np.zeros(shape)
    expected = {name: np.zeros(shape) for name in sample.outcomes}
    for fold in range(int(fold_of.max(initial=0)) + 1):
        inside = np.flatnonzero(fold_of == fold)
        fitted = fit(sample.of(np.flatnonzero(fold_of != fold)))
        rows = encoded(sample.of(inside))
        log_raw[inside] = fitted.propensity.log_raw(rows(fitted.propensity.encoder))
        log_shares[inside] = fitted.propensity.log_shares
        for name, model in fitted.outcomes.items():
            expected[name][inside] = model.expected(rows(model.encoder))
    temperature = propensity.fit_temperature(log_raw, log_shares, sample.arms)
    likely = np.exp(propensity.tempered(log_raw, log_shares, temperature))
    return (likely, expected), temperature
