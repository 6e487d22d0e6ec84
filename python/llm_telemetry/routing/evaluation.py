"""The evaluation window, on which every policy is estimated, once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from llm_telemetry.decisions.statistics import Estimate, p_value
from llm_telemetry.routing.checks.diagnostics import Judged
from llm_telemetry.routing.estimation import post_stratified
from llm_telemetry.routing.estimation.contexts import Codes, Floats
from llm_telemetry.routing.estimation.nuisances import Sample, fit, with_logged
from llm_telemetry.routing.estimation.prepared import STOCHASTIC, Calls
from llm_telemetry.routing.estimation.strata import LEVELS, MEASURES
from llm_telemetry.routing.estimation.value import (
    ESTIMATORS,
    Contrast,
    Evaluation,
    Part,
    contrast,
    inverse_weights,
)

FIT_WINDOWS = ("history", "calibration")
MISSING = (*STOCHASTIC, "cost_usd")
MATCHED_COLUMNS = ["session_id", *MEASURES, "use_case", *LEVELS[0]]
JUDGED_COLUMNS = [
    "use_case",
    "evaluation_rows",
    "evaluation_rows_on_arm",
    "evaluation_sessions_on_arm",
    "effective_sessions",
    "unit_cost_delta",
    "unit_cost_delta_low",
    "unit_cost_delta_high",
    "p_value",
    *(f"cash_delta{end}" for end in ("", "_low", "_high")),
    *(f"failure_rate_delta{end}" for end in ("", "_low", "_high")),
]


@dataclass(frozen=True)
class Window:
    """The evaluation rows, with the predictions of models fitted on earlier rows.

    ``propensities``, ``modelled`` and each array of ``expected`` are rows x arms.
    """

    rows: pd.DataFrame
    sample: Sample
    propensities: Floats  # with the logged one of the arm used, where there is one
    modelled: Floats  # from the context alone
    expected: Mapping[str, Floats]
    usd: Mapping[str, float]
    calls: Calls
    knobs: Mapping[str, float]

    @property
    def is_randomised(self) -> bool:
        """Say whether every row was drawn with a known chance that is not tiny."""
        least = self.knobs["routing_min_propensity"]
        return self.sample.is_randomised and bool((self.sample.logged >= least).all())

    def is_routed(self, policy: pd.DataFrame) -> np.ndarray:
        """Return a mask of the rows whose use case is in the policy."""
        return self.rows["use_case"].isin(policy["use_case"]).to_numpy()

    def chosen(self, policy: pd.DataFrame) -> Codes:
        """Return the code of the arm a policy sends each of its rows to."""
        arm_of = dict(zip(policy["use_case"], self.calls.codes(policy), strict=True))
        routed = self.rows.loc[self.is_routed(policy), "use_case"]
        return np.asarray(routed.map(arm_of), dtype=np.int64)

    def is_chosen(self, policy: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Say which of the rows of a policy its arms served."""
        served = self.sample.arms[self.is_routed(policy)] == self.chosen(policy)
        return np.asarray(served)

    def evaluation(self, policy: pd.DataFrame) -> Evaluation:
        """Return the rows of a policy as the estimators see them."""
        places, chosen = np.flatnonzero(self.is_routed(policy)), self.chosen(policy)
        used = self.sample.arms[places]
        parts = {
            name: Part(
                usd=usd,
                observed=self.rows[name].to_numpy()[places],
                chosen=self.expected[name][places, chosen],
                logged=self.expected[name][places, used],
            )
            for name, usd in self.usd.items()
        }
        floor = self.knobs["routing_min_propensity"]
        return Evaluation(
            sessions=self.sample.sessions[places],
            use_cases=pd.factorize(self.rows["use_case"].iloc[places])[0],
            weights=inverse_weights(used, chosen, self.propensities[places], floor),
            chances=np.maximum(self.modelled[places, chosen], floor),
            parts=parts,
        )

    def matched(self, policy: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a policy, and which of them its arms served."""
        rows = self.rows.loc[self.is_routed(policy), MATCHED_COLUMNS]
        return rows.assign(is_chosen=self.is_chosen(policy))

    def judged(self, policy: pd.DataFrame, found: Mapping[str, Contrast]) -> Judged:
        """Return what the diagnostics look at."""
        places, chosen = np.flatnonzero(self.is_routed(policy)), self.chosen(policy)
        rows = self.rows.iloc[places]
        likely = self.modelled[places, chosen]
        if self.is_randomised:
            # arms were drawn at random, whatever routing the models learned from
            likely = np.full_like(likely, np.nan)
        return Judged(
            own=self.evaluation(policy),
            contexts=self.sample.contexts.iloc[places],
            is_chosen=self.sample.arms[places] == chosen,
            chosen_propensities=likely,
            missing={name: rows[name].isna().to_numpy() for name in MISSING},
            doubly_robust=found["doubly_robust"],
            snips=found["snips"],
        )


def prepare_window(
    calls: Calls, temperature: float, knobs: Mapping[str, float]
) -> Window:
    """Return the evaluation window, with predictions of models that never saw it."""
    sample = calls.sample("evaluation")
    fitted = fit(calls.sample(*FIT_WINDOWS), temperature=temperature)
    modelled, expected = fitted.predicted(sample)
    return Window(
        rows=calls.evaluation,
        sample=sample,
        propensities=with_logged(modelled, sample),
        modelled=modelled,
        expected={**expected, "cost_usd": calls.expected_cost()},
        usd={**calls.usd, "cost_usd": 1.0},
        calls=calls,
        knobs=knobs,
    )


def estimates(window: Window, policy: pd.DataFrame) -> dict[str, Contrast]:
    """Return the contrast of a policy by each estimator, on the rows it routes."""
    own, matched = window.evaluation(policy), window.matched(policy)
    found = [
        post_stratified.naive(matched, window.knobs),
        post_stratified.post_stratified(matched, window.knobs),
        *(contrast(name, own) for name in ESTIMATORS),
    ]
    return {one.estimator: one for one in found}


def logged(window: Window) -> Contrast:
    """Return the logged routing against itself: the baseline."""
    return post_stratified.logged(window.rows, window.knobs)


def by_use_case(window: Window, policy: pd.DataFrame) -> pd.DataFrame:
    """Return the estimate of each row of a policy on its own, JUDGED_COLUMNS."""
    rows = []
    for place in range(len(policy)):
        own = policy.iloc[[place]]
        evaluation, is_chosen = window.evaluation(own), window.is_chosen(own)
        on_arm = evaluation.sessions[is_chosen]
        counts = (len(is_chosen), len(on_arm), len(np.unique(on_arm)))
        worth = evaluation.effective_sessions
        delta = _estimate_delta(evaluation, is_known=len(on_arm) > 0)
        rows.append((own["use_case"].iloc[0], *counts, worth, *delta))
    return pd.DataFrame(rows, columns=JUDGED_COLUMNS)


def limit_costs(window: Window, table: pd.DataFrame) -> dict[str, Estimate]:
    """Return what meeting the limits would cost, USD per interaction, by use case."""
    is_known = (table["reasons"] == "limits_cost_more") & table["p_value"].notna()
    found = {}
    for place in np.flatnonzero(is_known).tolist():
        own = window.evaluation(table.iloc[[place]])
        name = f"limits.{table['use_case'].iloc[place]}.unit_cost_delta"
        found[name] = contrast("doubly_robust", own).unit_cost_delta
    return found


def _estimate_delta(own: Evaluation, *, is_known: bool) -> tuple[float, ...]:
    """Return JUDGED_COLUMNS from unit_cost_delta on, NaN where unknown."""
    if not is_known:
        return (np.nan,) * 10
    found = contrast("doubly_robust", own)
    delta = found.unit_cost_delta
    parts = [
        end
        for one in (found.cash_delta, found.failure_rate_delta)
        for end in ((one.value, one.low, one.high) if one else (np.nan,) * 3)
    ]
    p = p_value(delta, found.freedom)
    return delta.value, delta.low, delta.high, p, *parts
