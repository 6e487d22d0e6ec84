"""Whether reviewers call more answers of a candidate bad, as a guard of the gate."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from llm_telemetry.gate.guards import Bars, Guard, Rule

BAD_ANSWERS = "bad_answers"
# of the interval of quality_differences
REACH = 1.959963984540054


@dataclass(frozen=True)
class Reviewed:
    """Rates of bad answers of both versions, and their difference with an interval.

    ``labels`` are those of the version with fewer.
    """

    baseline: float
    candidate: float
    difference: float
    low: float
    high: float
    labels: int


def reviewed_of(
    rates: pd.DataFrame, differences: pd.DataFrame, baseline: str, candidate: str
) -> Reviewed | None:
    """Return what reviews say of two prompt versions; None where no rate is stated.

    ``rates`` and ``differences`` are the rows of quality_rates and quality_differences
    of prompt versions in the dimension bad_answer. Of several evaluators, that with the
    largest gain on both versions is used; without one, the labels alone.
    """
    own = rates[rates["scope"].isin([baseline, candidate])]
    helped = own[own["verdict"] == "rate"]
    by_evaluator = helped.groupby(["evaluator", "evaluator_version"])["gain"]
    gains = by_evaluator.min()[by_evaluator.size() == 2].astype(float)
    found: list[tuple[str, str]] = gains.nlargest(1).index.tolist()
    name, version = found[0] if found else ("none", "")
    pair = differences[
        (differences["evaluator"] == name)
        & (differences["evaluator_version"] == version)
        & (differences["scope"] == min(baseline, candidate))
        & (differences["other_scope"] == max(baseline, candidate))
    ]
    if pair.empty:
        return None
    (row,) = pair.to_dict("records")
    sign = 1 if candidate < baseline else -1
    ends = sorted((sign * row["difference_low"], sign * row["difference_high"]))
    chosen = own[own["evaluator"] == name]
    known = dict(zip(chosen["scope"], chosen["rate"], strict=True))
    return Reviewed(
        baseline=known[baseline],
        candidate=known[candidate],
        difference=sign * float(row["difference"]),
        low=float(ends[0]),
        high=float(ends[1]),
        labels=int(chosen["audit_labels"].min()),
    )


def judge(reviewed: Reviewed, knobs: Mapping[str, float], bars: Bars) -> Guard:
    """Return the guard: fail where more bad answers are shown, pass where ruled out.

    It requires no proof, which few teams have the labels for: between the two it is
    not_shown_worse, which stops no release. The interval is stretched to the error
    rates of the gate.
    """
    limit = knobs["release_max_bad_answer_increase"]
    below = (reviewed.difference - reviewed.low) / REACH
    above = (reviewed.high - reviewed.difference) / REACH
    passing, failing = bars.passing(reviewed.labels), bars.failing(reviewed.labels)
    is_worse = reviewed.difference - failing * below > limit
    is_no_worse = reviewed.difference + passing * above <= limit
    return Guard(
        rule=Rule(BAD_ANSWERS, "difference", limit),
        status="fail" if is_worse else "pass" if is_no_worse else "not_shown_worse",
        baseline=reviewed.baseline,
        candidate=reviewed.candidate,
        difference=reviewed.difference,
        low=reviewed.difference - passing * below,
        high=reviewed.difference + passing * above,
    )
