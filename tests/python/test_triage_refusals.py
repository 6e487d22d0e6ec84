import json
from collections.abc import Callable

import pandas as pd
import pytest
from triage_world import KNOBS, World, windows_of, world

from llm_telemetry import triage
from llm_telemetry.triage import failure_model


@pytest.fixture(scope="module")
def strong() -> World:
    return world()


def never_failing(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(is_failure=False)


def always_failing(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(is_failure=True)


def without_evaluation(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["decision_window"] != "evaluation"]


def without_outcomes_to_judge_by(rows: pd.DataFrame) -> pd.DataFrame:
    outcomes = rows["is_failure"].astype(object)
    return rows.assign(
        is_failure=outcomes.mask(rows["decision_window"] == "evaluation", None)
    )


def without_features(rows: pd.DataFrame) -> pd.DataFrame:
    features = failure_model.NUMERIC + failure_model.CATEGORICAL
    return rows.assign(**dict.fromkeys(features))


def without_rows(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[:0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (never_failing, "too_few_failures"),
        (always_failing, "too_few_successes"),
        (without_evaluation, "no_evaluation_window"),
        (without_outcomes_to_judge_by, "no_known_outcomes"),
        (without_features, "no_features"),
        (without_rows, "no_evaluation_window"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_a_code(
    strong: World, change: Callable[[pd.DataFrame], pd.DataFrame], code: str
) -> None:
    features = change(strong.features)
    decision = triage.decide(features, windows_of(features), KNOBS)
    assert decision.verdict == "refuse"
    assert code in decision.reasons
    assert decision.queue.empty
    assert decision.curve.empty
    json.dumps(decision.policy, allow_nan=False)


def test_capacity_for_less_than_one_call_of_the_sample_is_refused(
    strong: World,
) -> None:
    sampled = windows_of(strong.features, sampling_fraction=0.001)
    knobs = KNOBS | {"capacity_per_day": 200.0, "capacity_p90_guard": 250.0}
    decision = triage.decide(strong.features, sampled, knobs)
    assert decision.verdict == "refuse"
    assert "capacity_infeasible" in decision.reasons


@pytest.mark.parametrize("column", ["tool_calls_count", "segment", "latency_ms"])
def test_one_column_without_values_is_no_reason_to_refuse(
    strong: World, column: str
) -> None:
    features = strong.features.assign(**{column: None})
    decision = triage.decide(features, strong.windows, KNOBS)
    assert decision.verdict != "refuse"
