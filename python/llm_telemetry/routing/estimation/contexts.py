"""What is known of a call before it is made, as the columns of a linear model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
# scipy ships no types
Design: TypeAlias = Any

UNKNOWN = "unknown"
HOURS = 24
LOG_PROMPT_SIZE = "log_prompt_size"


def pre_call(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the pre-call context of each row.

    Never completion or total tokens, latency, cost or flags: they follow from the
    arm, and adjusting for them would hide what the arm does. Nor the prompt's length
    where only the arms' own tokenizers counted it. Within an arm such counts tell
    long from short, but their level is the tokenizer's and that of the prompts sent
    there: centred by arm they would say of every log that it is balanced.
    """
    hours = _numbers(rows["hour_of_day"]) * (2 * np.pi / HOURS)
    names = ["use_case", "account_tier", "channel", "region", "segment", "weekday"]
    contexts = pd.DataFrame({name: _named(rows[name]) for name in names})
    if size_unit(rows) is not None:
        sizes = _numbers(rows["prompt_size"]).clip(lower=0)
        contexts[LOG_PROMPT_SIZE] = np.log1p(sizes)
    return contexts.assign(hour_sin=np.sin(hours), hour_cos=np.cos(hours))


def size_unit(rows: pd.DataFrame) -> str | None:
    """Return what prompts are measured in, None where arms count each its own way."""
    units = set(rows["prompt_size_unit"].unique()) - {"none"}
    return str(units.pop()) if units else None


@dataclass(frozen=True, eq=False)
class Encoder:
    """The columns seen while fitting; a level that appears later has no column."""

    levels: dict[str, pd.Index]
    means: dict[str, float]
    scales: dict[str, float]

    @classmethod
    def fitted(cls, contexts: pd.DataFrame) -> "Encoder":
        """Return the encoder of these contexts: levels, means and scales."""
        levels, means, scales = {}, {}, {}
        for name in map(str, contexts.columns):
            if pd.api.types.is_float_dtype(contexts[name]):
                known = contexts[name].dropna().to_numpy()
                means[name] = float(known.mean()) if len(known) else 0.0
                scales[name] = float(known.std()) or 1.0 if len(known) else 1.0
            else:
                levels[name] = pd.Index(sorted(_named(contexts[name]).unique()))
        return cls(levels, means, scales)

    def design(
        self, contexts: pd.DataFrame, only: Sequence[str] | None = None
    ) -> Design:
        """Return one row per context: levels as 0 and 1, numbers standardised.

        A missing number is the mean, with a column that says so.
        """
        blocks = []
        for name in contexts.columns if only is None else only:
            if name in self.levels:
                named = _named(contexts[name]).cat
                known = self.levels[name].get_indexer(named.categories)
                blocks.append(one_hot(known[named.codes], len(self.levels[name])))
            else:
                blocks.append(self._standardised(contexts, name))
        return sparse.hstack(blocks, format="csr")

    def _standardised(self, contexts: pd.DataFrame, name: str) -> Design:
        values = contexts[name].to_numpy(dtype=np.float64)
        known = np.isfinite(values)
        scaled = np.zeros((len(values), 2))
        scaled[known, 0] = (values[known] - self.means[name]) / self.scales[name]
        scaled[:, 1] = ~known
        return sparse.csr_matrix(scaled)


@dataclass(frozen=True)
class Encoded:
    """Contexts as the columns of one encoder, computed once for every model."""

    encoder: Encoder
    contexts: pd.DataFrame
    interacted: Sequence[str]

    @classmethod
    def fitted(cls, contexts: pd.DataFrame, interacted: Sequence[str]) -> "Encoded":
        """Return the contexts in the columns of an encoder fitted on them."""
        return cls(Encoder.fitted(contexts), contexts, interacted)

    @cached_property
    def shared(self) -> Design:
        """Return all columns, rows x columns."""
        return self.encoder.design(self.contexts)

    @cached_property
    def by_arm(self) -> Design:
        """Return the columns whose effect may differ by arm, rows x columns."""
        return self.encoder.design(self.contexts, self.interacted)


def one_hot(codes: Codes, width: int) -> Design:
    """Return a row per code with a 1 in its column; a code of -1 has none."""
    rows = np.flatnonzero(codes >= 0)
    ones = np.ones(len(rows))
    return sparse.csr_matrix((ones, (rows, codes[rows])), shape=(len(codes), width))


def folds(sessions: Codes, count: int, seed: int) -> Codes:
    """Return the fold of each row; sessions stay whole, whatever the row order."""
    drawn = np.random.default_rng(seed).permutation(int(sessions.max(initial=-1)) + 1)
    return np.asarray(drawn % count, dtype=np.int64)[sessions]


def _named(column: pd.Series) -> pd.Series:
    """Return names as categories, so that each name is looked up once."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column
    texts = column.astype(object).where(column.notna(), UNKNOWN).astype(str)
    return texts.astype("category")


def _numbers(column: pd.Series) -> pd.Series:
    return column.astype("Float64").astype("float64")
