"""The marts as the estimators read them: codes for arms, one order for the rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from llm_telemetry.routing.estimation.contexts import (
    LOG_PROMPT_SIZE,
    Codes,
    Floats,
    pre_call,
    size_unit,
)
from llm_telemetry.routing.estimation.nuisances import Sample

ARM = ["model_provider", "model_name"]
NAMED = [
    *ARM,
    "decision_window",
    "use_case",
    "account_tier",
    "channel",
    "region",
    "segment",
    "prompt_length",
]
# what an arm does to a call may differ by these
INTERACTED = ("use_case", LOG_PROMPT_SIZE)
STOCHASTIC = ("is_failure", "is_sla_breach")


@dataclass(frozen=True)
class Marts:
    """What routing is decided from; see the marts of the same names."""

    reference_policy: pd.DataFrame
    candidates: pd.DataFrame
    constraints: pd.DataFrame
    prices: pd.DataFrame
    contexts: pd.DataFrame
    windows: pd.DataFrame


@dataclass(frozen=True)
class Calls:
    """The rows of routing_contexts in a fixed order, and the arms as codes."""

    rows: pd.DataFrame
    arms: pd.MultiIndex
    prices: pd.DataFrame
    usd: Mapping[str, float]

    @classmethod
    def of(cls, marts: Marts, knobs: Mapping[str, float]) -> "Calls":
        """Return the calls; sums of floats depend on their order, so it is fixed."""
        rows = marts.contexts
        if not rows["interaction_id"].is_monotonic_increasing:
            rows = rows.sort_values("interaction_id", ignore_index=True)
        # grouped many times below, and numbers and categories group faster than texts
        sessions = pd.factorize(rows["session_id"], sort=True)[0]
        rows = rows.assign(session_id=sessions)
        rows = rows.astype(dict.fromkeys(NAMED, "category"))
        for name in ("cost_usd", "propensity", *STOCHASTIC):
            known = rows[name].astype("Float64")
            rows[name] = known.to_numpy(dtype=np.float64, na_value=np.nan)
        names = pd.concat([rows[ARM], marts.candidates[ARM]]).drop_duplicates()
        arms = pd.MultiIndex.from_frame(names.sort_values(ARM, ignore_index=True))
        usd = {
            "is_failure": knobs["failure_event_cost_usd"],
            "is_sla_breach": knobs["sla_breach_penalty_usd"],
        }
        return cls(rows, arms, marts.prices, usd)

    def codes(self, frame: pd.DataFrame) -> Codes:
        """Return the code of each row's arm, -1 where it names none of them."""
        named = pd.MultiIndex.from_frame(frame[ARM])
        return np.asarray(self.arms.get_indexer(named), dtype=np.int64)

    def sample(self, *windows: str) -> Sample:
        """Return the calls of some windows as the models see them."""
        rows = self.rows[self.rows["decision_window"].isin(windows)]
        contexts = pre_call(rows)
        return Sample(
            contexts=contexts,
            arms=self.codes(rows),
            arm_count=len(self.arms),
            sessions=pd.factorize(rows["session_id"])[0],
            outcomes={name: rows[name].to_numpy() for name in STOCHASTIC},
            logged=rows["propensity"].to_numpy(),
            interacted=[name for name in INTERACTED if name in contexts],
        )

    @cached_property
    def size_unit(self) -> str | None:
        """Return what prompts are measured in; None where their length is unknown."""
        return size_unit(self.rows)

    @cached_property
    def evaluation(self) -> pd.DataFrame:
        """Return the rows that judge."""
        is_judging = self.rows["decision_window"] == "evaluation"
        return self.rows[is_judging].reset_index(drop=True)

    def expected_cost(self) -> Floats:
        """Return USD an evaluation row is expected to cost, rows x arms.

        Tokens times price: those of the prompt are the use case's usual ones times
        the prompt's length over the usual, because the tokens logged are of the arm
        that was used; those of the answer are the usual ones. An unknown price is
        the mean of the others.
        """
        prices = self.prices.assign(arm=self.codes(self.prices))
        lengths = prices.groupby("use_case")["avg_prompt_tokens"].first()
        usual = self.evaluation["use_case"].map(lengths).astype(float)
        beyond = (usual * self._relative_sizes()).fillna(0.0).to_numpy()
        expected = self._by_arm(prices, "expected_cost_usd")
        price = self._by_arm(prices, "input_price_usd")
        cost = expected + price * beyond[:, None]
        known = np.isfinite(cost)
        mean = float(cost[known].mean()) if known.any() else 0.0
        return np.where(known, cost, mean)

    def _relative_sizes(self) -> pd.Series:
        """Return how much longer each evaluated prompt is than those of history."""
        sizes = self.rows["prompt_size"].astype("Float64").astype("float64")
        use_cases = self.rows["use_case"]
        window = self.rows["decision_window"]
        history = sizes[window == "history"]
        means = history.groupby(use_cases, observed=True).mean()
        judged = (window == "evaluation").to_numpy()
        usual = use_cases[judged].map(means).astype("float64")
        return (sizes[judged] / usual - 1).reset_index(drop=True)

    def _by_arm(self, prices: pd.DataFrame, column: str) -> Floats:
        """Return a column of the prices per evaluation row, rows x arms."""
        known = prices[prices["arm"] >= 0]
        table = known.pivot_table(index="use_case", columns="arm", values=column)
        wide = table.reindex(columns=range(len(self.arms)))
        return wide.reindex(self.evaluation["use_case"]).to_numpy(dtype=np.float64)
