"""What applies and could not be computed is told from what does not apply."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from routing_frames import KNOBS, decided, two_arms

from llm_telemetry.routing.checks.diagnostics import Judged, diagnose, unmeasured
from llm_telemetry.routing.estimation.value import Evaluation, Part, contrast

SIZE = 200


def judged(sessions: int = SIZE, **changed: Any) -> Judged:
    """Return rows drawn by a fair coin, usual where not said."""
    rng = np.random.default_rng(2)
    is_chosen = rng.random(SIZE) < 0.5
    outcomes, expected = rng.random((2, SIZE))
    own = Evaluation(
        sessions=np.arange(SIZE) % sessions,
        use_cases=np.zeros(SIZE, dtype=np.int64),
        weights=is_chosen / 0.5,
        chances=np.full(SIZE, 0.5),
        parts={"is_failure": Part(1.0, outcomes, expected, expected)},
    )
    usual: Mapping[str, Any] = {
        "own": own,
        "contexts": pd.DataFrame({"log_prompt_size": rng.normal(5.0, 1.0, SIZE)}),
        "is_chosen": is_chosen,
        "chosen_propensities": rng.uniform(0.4, 0.6, SIZE),
        "missing": {"is_failure": np.zeros(SIZE, dtype=bool)},
        "doubly_robust": contrast("doubly_robust", own),
        "snips": contrast("snips", own),
    }
    return Judged(**{**usual, **changed})


@pytest.mark.parametrize("likely", [np.nan, 0.5])
def test_a_model_that_is_not_asked_has_no_slope_to_miss(likely: float) -> None:
    checks = diagnose(judged(chosen_propensities=np.full(SIZE, likely)), KNOBS)
    assert unmeasured(checks) == []
    (slope,) = (one for one in checks if one["name"].startswith("propensity_slope_"))
    assert (slope["limit"], slope["is_met"]) == (None, None)


def test_every_diagnostic_is_measured_where_it_can_be() -> None:
    checks = diagnose(judged(), KNOBS)
    assert unmeasured(checks) == []
    assert sum(one["limit"] is not None for one in checks) == 8


@pytest.mark.parametrize("length", [5.0, np.nan])
def test_lengths_that_are_all_alike_control_nothing(length: float) -> None:
    contexts = pd.DataFrame({"log_prompt_size": np.full(SIZE, length)})
    assert unmeasured(diagnose(judged(contexts=contexts), KNOBS)) == [
        "negative_control_z"
    ]


def test_a_few_sessions_widen_the_limit_of_the_control() -> None:
    limits = [
        next(
            row["limit"]
            for row in diagnose(judged(sessions), KNOBS)
            if row["name"] == "negative_control_z"
        )
        for sessions in (4, SIZE)
    ]
    # the quantiles of t with at most 3 degrees of freedom, and with some 50
    assert limits[0] >= 3.18
    assert 1.96 < limits[1] < 2.1


def test_one_session_measures_nothing_between_sessions() -> None:
    assert set(unmeasured(diagnose(judged(sessions=1), KNOBS))) >= {
        "weight_error_beyond_chance",
        "imbalance_beyond_chance",
        "negative_control_z",
        "estimator_gap_in_se",
    }


def test_a_control_that_cannot_be_run_earns_a_shadow() -> None:
    decision = decided(two_arms(prompt_chars=100))
    assert (decision.verdict, decision.reasons) == (
        "shadow",
        ("pays", "diagnostic_not_measured"),
    )
