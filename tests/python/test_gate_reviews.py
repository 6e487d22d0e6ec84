"""The guard of the release gate on bad answers, as reviewers label them."""

from dataclasses import astuple

import pandas as pd
import pytest
from conftest import KNOBS

from llm_telemetry.gate import bars
from llm_telemetry.gate.boundaries import Looks
from llm_telemetry.gate.reviewed_quality import REACH, Reviewed, judge, reviewed_of

FAR = bars(KNOBS, Looks(1, 1), sessions=1000, tests=6)


def rates(**versions: tuple[str, float, float | None]) -> pd.DataFrame:
    """Return rows of quality_rates: evaluator, rate and gain of each version."""
    return pd.DataFrame(
        [
            {
                "scope": version.split("_")[0],
                "evaluator": evaluator,
                "evaluator_version": "",
                "verdict": "rate" if gain else "labels_only",
                "rate": rate,
                "gain": gain,
                "audit_labels": 100,
            }
            for version, (evaluator, rate, gain) in versions.items()
        ]
    )


def differences(evaluator: str, difference: float, width: float = 0.04) -> pd.DataFrame:
    """Return the row of quality_differences of v1 minus v2."""
    return pd.DataFrame(
        [
            {
                "scope": "v1",
                "other_scope": "v2",
                "evaluator": evaluator,
                "evaluator_version": "",
                "difference": difference,
                "difference_low": difference - width / 2,
                "difference_high": difference + width,
            }
        ]
    )


def test_the_difference_is_that_of_the_candidate() -> None:
    known = rates(v1=("none", 0.1, None), v2=("none", 0.2, None))
    upward = reviewed_of(known, differences("none", -0.1), "v1", "v2")
    assert upward is not None
    assert astuple(upward) == pytest.approx((0.1, 0.2, 0.1, 0.06, 0.12, 100))
    downward = reviewed_of(known, differences("none", -0.1), "v2", "v1")
    assert downward is not None
    assert astuple(downward) == pytest.approx((0.2, 0.1, -0.1, -0.12, -0.06, 100))


def test_the_evaluator_with_the_largest_gain_on_both_is_used() -> None:
    known = rates(
        v1=("none", 0.1, None),
        v2=("none", 0.2, None),
        v1_a=("a", 0.11, 3.0),
        v2_a=("a", 0.21, 1.2),
        v1_b=("b", 0.12, 2.0),
        v2_b=("b", 0.22, 2.0),
        # of one version only
        v1_c=("c", 0.13, 9.0),
    )
    pairs = pd.concat([differences(one, -0.1) for one in ("none", "a", "b", "c")])
    found = reviewed_of(known, pairs, "v1", "v2")
    assert found is not None
    assert (found.baseline, found.candidate) == (0.12, 0.22)


def test_without_a_stated_rate_there_is_no_guard() -> None:
    known = rates(v1=("none", 0.1, None), v2=("none", 0.2, None))
    assert reviewed_of(known, differences("none", -0.1), "v1", "v3") is None
    assert (
        reviewed_of(known.head(0), differences("none", 0).head(0), "v1", "v2") is None
    )


@pytest.mark.parametrize(
    ("distance", "status"),
    [
        # the limit is 2 points; distances are in standard errors of 1 point
        (FAR.failing(100) + 0.01, "fail"),
        (FAR.failing(100) - 0.01, "not_shown_worse"),
        (0.0, "not_shown_worse"),
        (-FAR.passing(100) + 0.01, "not_shown_worse"),
        (-FAR.passing(100) - 0.01, "pass"),
    ],
)
def test_a_release_fails_only_where_more_bad_answers_are_shown(
    distance: float, status: str
) -> None:
    error, limit = 0.01, KNOBS["release_max_bad_answer_increase"]
    difference = limit + distance * error
    ends = difference - REACH * error, difference + REACH * error
    guard = judge(Reviewed(0.1, 0.1 + difference, difference, *ends, 100), KNOBS, FAR)
    assert guard.status == status
    assert guard.rule.limit == limit
    assert guard.high - guard.low > 2 * REACH * error
