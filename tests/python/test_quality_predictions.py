"""The ledger predicts rates of bad answers, and sees them in later labels."""

from typing import Any

import duckdb
import pandas as pd
import pytest
from rendered_models import build

from llm_telemetry.ledger.predictions import predict

DRAWN = ("a1", "b1", "c1", "d1")
CERTAIN = ("e1", "e2")
BAD = {"a1", *CERTAIN}
TABLES = {
    "stg_review_ledger__batches": "select timestamp '2025-01-01' as covers_after, "
    "timestamp '2025-01-09' as covers_until, 0.5 as audit_probability",
    "review_draws": "select unnest(['a1', 'b1', 'c1', 'd1']) as interaction_id, "
    "0.5 as review_probability union all select unnest(['e1', 'e2']), 1",
    "int_predictions_with_status": "select *, date '2025-01-01' as starts_on, "
    "date '2025-01-02' as ends_on from (values ('d', 'quality.bad_answer', 'covered'), "
    "('e', 'quality.bad_answer', 'pending'), ('f', 'failure_rate', 'covered')) "
    "as predictions (decision_id, prediction, status)",
}
FEW = {"quality_min_audit_labels": 4, "quality_min_sessions": 4}
PRICES = {"sla_ms": 1, "failure_event_cost_usd": 1, "sla_breach_penalty_usd": 1}


def realised(
    *unlabelled: str, day: int = 2, dimension: str = "bad_answer", **knobs: float
) -> list[tuple[Any, ...]]:
    """Return prediction, value and standard error, from ten calls of five sessions.

    One of two calls of four sessions is drawn with a probability of a half, both of
    the fifth for certain; ``day`` is that of the calls, the period has the first two.
    """
    labels = [call for call in (*DRAWN, *CERTAIN) if call not in unlabelled]
    reviews = pd.DataFrame({"interaction_id": labels, "dimension": dimension})
    reviews["bad_share"] = reviews["interaction_id"].isin(BAD).astype(float)
    with duckdb.connect() as connection:
        connection.register("interactions", _calls(day))
        connection.register("reviews", reviews)
        for name, query in TABLES.items():
            connection.execute(f"create table {name} as {query}")
        build(connection, "int_quality_rates_realised", **{**FEW, **knobs})
        return connection.sql(
            "select decision_id, prediction, realised_value, realised_se "
            "from int_quality_rates_realised"
        ).fetchall()


def _calls(day: int) -> pd.DataFrame:
    calls = [f"{session}{number}" for session in "abcde" for number in (1, 2)]
    rows = pd.DataFrame({"interaction_id": calls})
    return rows.assign(
        session_id=[call[0] for call in calls],
        timestamp_utc=pd.Timestamp(2025, 1, day, 12),
        interaction_date=pd.Timestamp(2025, 1, day).date(),
    )


def test_a_realised_rate_is_that_of_the_labels_of_its_period() -> None:
    # 8 calls at 1/4 and 2 at 1; of the sessions' influences, 1.2, -.8 (three times)
    # and 1.2, the squares add up to 4.8, and 5/4 of that is 6
    assert realised() == [
        ("d", "quality.bad_answer", pytest.approx(0.4), pytest.approx(6**0.5 / 10))
    ]


@pytest.mark.parametrize(
    "lack",
    [
        {"day": 3},
        {"dimension": "toxic"},
        {"quality_min_audit_labels": 5},
        {"quality_min_sessions": 5},
    ],
)
def test_without_labels_of_the_period_nothing_is_realised(lack: dict[str, Any]) -> None:
    assert realised(**lack) == []


@pytest.mark.parametrize("unlabelled", ["a1", "e1"])
def test_labels_that_lack_may_be_the_bad_ones(unlabelled: str) -> None:
    assert (
        realised(unlabelled, quality_min_audit_labels=3, quality_min_sessions=3) == []
    )


def test_stated_rates_of_everything_are_predicted() -> None:
    rate = {"rate": 0.1, "rate_low": 0.06, "rate_high": 0.16, "dimension": "bad_answer"}
    evidence = [
        {**rate, "scope_kind": "everything", "verdict": "labels_only"},
        {**rate, "scope_kind": "model", "verdict": "rate"},
        {**rate, "scope_kind": "everything", "verdict": "bounds", "dimension": "rude"},
        {"scope_kind": "everything", "verdict": "refuse", "dimension": "wrong"},
    ]
    days = pd.DataFrame({"interaction_date": pd.date_range("2025-01-01", periods=2)})
    columns = ("interactions", "cost_usd", "failures", "known_outcomes")
    health = days.assign(**dict.fromkeys((*columns, "sla_breaches"), 1))
    health["measured_latencies"] = 1
    (found,) = predict(
        health,
        days.assign(use_case="qa", unit_cost_usd=1, complete_interactions=1),
        {"ledger_horizon_days": 28, **PRICES},
        routing_policy=[],
        review_policy="refuse",
        review_policies=[],
        quality_rates=evidence,
    )
    assert found["prediction"] == "quality.bad_answer"
    assert (found["value"], found["low"], found["high"]) == (0.1, 0.06, 0.16)
    assert found["se"] == pytest.approx(0.1 / 2 / 1.96, abs=1e-6)
    assert found["use_case"] is None
    assert (found["starts_on"], found["ends_on"]) == ("2025-01-03", "2025-01-30")
