"""What applies and could not be computed is told from what does not apply."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from routing_frames import KNOBS, decided, two_arms

from llm_telemetry.decisions.types import Row
from llm_telemetry.routing.checks.diagnostics import Judged, diagnose, unmeasured
from llm_telemetry.routing.estimation.value import Evaluation, Part, contrast

SIZE = 200
CONTROL = "negative_control_beyond_chance"


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
    assert unmeasured(diagnose(judged(contexts=contexts), KNOBS)) == [CONTROL]


def control(judged: Judged, limit: float) -> Row:
    """Return the check of the negative control with a limit."""
    checks = diagnose(judged, KNOBS | {"routing_max_control_effect": limit})
    return next(row for row in checks if row["name"] == CONTROL)


def moved(effect: float, sessions: int = SIZE) -> Judged:
    """Return rows whose chosen arms have prompts longer by an effect in sd."""
    usual = judged(sessions)
    noise = np.random.default_rng(3).normal(0.0, 1.0, SIZE)
    # the chosen are half of the rows: a gap of g moves their mean by g / 2
    lengths = noise + 2 * effect * usual.is_chosen
    return judged(sessions, contexts=pd.DataFrame({"log_prompt_size": lengths}))


def test_the_control_fails_from_its_limit_on_beyond_sampling_error() -> None:
    found = moved(0.6)
    effect = next(
        row["value"]
        for row in diagnose(found, KNOBS)
        if row["name"] == "negative_control_effect_in_sd"
    )
    beyond = control(found, 0.05)["value"]
    assert 0 < beyond < abs(effect)
    assert control(found, beyond)["is_met"] is True
    assert control(found, beyond - 1e-9)["is_met"] is False
    assert control(moved(0.0), 0.0)["value"] == 0.0


def test_the_control_sees_an_effect_of_either_sign() -> None:
    assert control(moved(0.6), 0.05)["is_met"] is False
    assert control(moved(-0.6), 0.05)["is_met"] is False


def test_few_sessions_widen_the_sampling_error_of_the_control() -> None:
    few, many = control(moved(0.6, 4), 0.05), control(moved(0.6), 0.05)
    assert few["value"] < many["value"]


def test_one_session_measures_nothing_between_sessions() -> None:
    assert set(unmeasured(diagnose(judged(sessions=1), KNOBS))) >= {
        "weight_error_beyond_chance",
        "imbalance_beyond_chance",
        CONTROL,
        "estimator_gap_in_se",
    }


def test_a_control_that_cannot_be_run_earns_a_shadow() -> None:
    decision = decided(two_arms(prompt_chars=100))
    assert (decision.verdict, decision.reasons) == (
        "shadow",
        ("pays", "diagnostic_not_measured"),
    )
