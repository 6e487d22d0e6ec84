"""The propensity of each arm, given what was known before the call."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from llm_telemetry.routing.estimation.contexts import Codes, Encoded, Encoder, Floats

MAX_ITERATIONS = 300
# upper bound of the search; above 1 probabilities are more extreme than fitted
MAX_TEMPERATURE = 1.5


@dataclass(frozen=True)
class PropensityModel:
    """A multinomial logistic regression, shrunk towards the arms' overall shares.

    log e(a | x) is proportional to log share(a) + t (log raw(a | x) - log share(a)).
    With t = 1 it is the regression as fitted, with t = 0 the context is ignored.
    """

    encoder: Encoder
    regression: LogisticRegression | None
    log_shares: Floats
    temperature: float = 1.0

    def log_raw(self, rows: Encoded) -> Floats:
        """Return the log probabilities of the regression, rows x arms."""
        raw = np.tile(self.log_shares, (len(rows.contexts), 1))
        if self.regression is not None and len(rows.contexts):
            fitted = self.regression.predict_log_proba(rows.shared)
            raw[:, self.regression.classes_] = fitted
        return raw

    def probabilities(self, rows: Encoded) -> Floats:
        """Return e(a | x), rows x arms."""
        return np.exp(tempered(self.log_raw(rows), self.log_shares, self.temperature))


def fit(
    rows: Encoded, arms: Codes, count: int, *, temperature: float = 1.0
) -> PropensityModel:
    """Return the model of ``count`` arms, fitted on the logged choices."""
    # half a row for every arm, so that none is impossible
    shares = (np.bincount(arms, minlength=count) + 0.5) / (len(arms) + 0.5 * count)
    regression = None
    if len(np.unique(arms)) > 1:
        regression = LogisticRegression(max_iter=MAX_ITERATIONS, tol=1e-4)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            regression.fit(rows.shared, arms)
    return PropensityModel(rows.encoder, regression, np.log(shares), temperature)


def tempered(log_raw: Floats, log_shares: Floats, temperature: float) -> Floats:
    """Return the log probabilities shrunk towards the shares, rows x arms."""
    drawn = log_shares + temperature * (log_raw - log_shares)
    return np.asarray(log_softmax(drawn, axis=1))


def fit_temperature(log_raw: Floats, log_shares: Floats, arms: Codes) -> float:
    """Return the temperature with the best likelihood on held-out rows.

    The likelihood is concave in it. Under random logging, what the regression finds is
    noise, and the temperature removes it.
    """
    rows = np.arange(len(arms))

    def loss(temperature: float) -> float:
        likely = tempered(log_raw, log_shares, temperature)[rows, arms]
        return -float(likely.mean())

    found = minimize_scalar(loss, bounds=(0.0, MAX_TEMPERATURE), method="bounded")
    return round(float(found.x), 4)
