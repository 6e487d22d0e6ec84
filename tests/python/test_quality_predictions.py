"""The ledger predicts rates of bad answers, and sees them in later labels."""

from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import duckdb
import pandas as pd
import pytest
from rendered_models import build
from scipy import stats

from llm_telemetry.ledger.predictions import predict

DRAWN = ("a1", "b1", "c1", "d1")
CERTAIN = ("e1", "e2")
BAD = {"a1", *CERTAIN}
TABLES = {
    "stg_review_ledger__batches": "select timestamp '2025-01-01' as covers_after, "
    "timestamp '2025-01-09' as covers_until, 0.5 as audit_probability, "
    "null::timestamp as sessions_from",
    "review_draws": "select unnest(['a1', 'b1', 'c1', 'd1']) as interaction_id, "
    "0.5 as review_probability, 'audit' as review_reason "
    "union all select unnest(['e1', 'e2']), 1, 'score'",
    "int_predictions_with_status": "select *, 0.4 as predicted_value, "
    "date '2025-01-01' as starts_on, "
    "date '2025-01-02' as ends_on from (values ('d', 'quality.bad_answer', 'covered'), "
    "('e', 'quality.bad_answer', 'pending'), ('f', 'failure_rate', 'covered')) "
    "as predictions (decision_id, prediction, status)",
}
FEW = {"quality_min_audit_labels": 4, "quality_min_sessions": 4}
# counts of bad labels, of 280 and of the later ones: more hardly occur
PREDICTED_BAD, REALISED_BAD = 50, 16
ENUMERATED = {
    "stg_review_ledger__batches": TABLES["stg_review_ledger__batches"],
    "review_draws": "select interaction_id, 0.5 as review_probability, "
    "'audit' as review_reason from interactions",
    "stg_decision_ledger__outcomes": "select decision_id, prediction, use_case, "
    "date '2025-01-03' as judged_as_of, 0.0 as realised_value, 0.0 as realised_se "
    "from int_predictions_with_status where false",
}
PRICES = {"sla_ms": 1, "failure_event_cost_usd": 1, "sla_breach_penalty_usd": 1}


def realised(
    *unlabelled: str,
    day: int = 2,
    dimension: str = "bad_answer",
    bad: Collection[str] = BAD,
    calls: pd.DataFrame | None = None,
    tables: Mapping[str, str] = MappingProxyType({}),
    **knobs: float,
) -> list[tuple[Any, ...]]:
    """Return prediction, value and standard error, from ten calls of five sessions.

    One of two calls of four sessions is drawn with a probability of a half, both of
    the fifth for certain; ``day`` is that of the calls, the period has the first two.
    """
    labels = [call for call in (*DRAWN, *CERTAIN) if call not in unlabelled]
    reviews = pd.DataFrame({"interaction_id": labels, "dimension": dimension})
    reviews["bad_share"] = reviews["interaction_id"].isin(bad).astype(float)
    with duckdb.connect() as connection:
        ten = _calls(day)
        connection.register("interactions", pd.concat([ten, calls]))
        connection.register("reviews", reviews)
        for name, query in {**TABLES, **tables}.items():
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


@pytest.mark.parametrize(("audited", "is_realised"), [(9, True), (8, False)])
def test_days_without_audits_are_a_twentieth_at_most(
    audited: int, is_realised: bool
) -> None:
    # of 20 calls one, of 19 one; a batch does not cover the instant that it is after
    times = [pd.Timestamp(2025, 1, 1, 12)] * audited + [pd.Timestamp(2025, 1, 1)]
    more = pd.DataFrame({"timestamp_utc": times}).assign(
        interaction_id=[f"z{place}" for place in range(len(times))],
        session_id="z",
        interaction_date=pd.Timestamp(2025, 1, 1).date(),
    )
    assert bool(realised(calls=more)) is is_realised


def test_labels_without_a_bad_one_have_the_error_of_a_true_prediction() -> None:
    # .4 x .6 / 4 labels, for the 8 of 10 calls that they stand for
    assert realised(bad=()) == [
        ("d", "quality.bad_answer", 0, pytest.approx(0.8 * (0.4 * 0.6 / 4) ** 0.5))
    ]


@pytest.mark.parametrize(("since", "rates"), [("2025-01-01", 1), ("2025-01-09", 0)])
def test_sessions_that_started_before_the_queue_are_not_audited(
    since: str, rates: int
) -> None:
    tables = {
        "stg_review_ledger__batches": "select timestamp '2025-01-01' as covers_after, "
        "timestamp '2025-01-09' as covers_until, 0.5 as audit_probability, "
        f"timestamp '{since}' as sessions_from",
    }
    assert len(realised(tables=tables)) == rates


@pytest.mark.parametrize(
    ("reason", "rates"), [("audit", [pytest.approx(3 / 6)]), ("score", [])]
)
def test_audits_are_random_where_a_day_is_drawn_whole(
    reason: str, rates: list[Any]
) -> None:
    # calls that came late were not drawn, and are no risks
    tables = {
        "stg_review_ledger__batches": "select timestamp '2025-01-01' as covers_after, "
        "timestamp '2025-01-09' as covers_until, 1 as audit_probability, "
        "null::timestamp as sessions_from",
        "review_draws": "select interaction_id, 1 as review_probability, "
        f"'{reason}' as review_reason from reviews",
    }
    assert [value for _, _, value, _ in realised(tables=tables)] == rates


@cache
def judged(audits: int) -> pd.DataFrame:
    """Return for each count of bad labels, of 280 and later, whether it came true."""
    names = [f"c{place:02}" for place in range(audits)]
    calls = pd.DataFrame({"interaction_id": names, "session_id": names}).assign(
        timestamp_utc=pd.Timestamp(2025, 1, 2, 12),
        interaction_date=pd.Timestamp(2025, 1, 2).date(),
    )
    # a dimension for each count of bad labels
    counts = pd.DataFrame({"bad": range(REALISED_BAD)})
    reviews = calls[["interaction_id"]].merge(counts, how="cross")
    place = reviews["interaction_id"].str[1:].astype(int)
    reviews["bad_share"] = (place < reviews["bad"]).astype(float)
    reviews["dimension"] = reviews["bad"].astype(str)
    predictions = _predicted().merge(counts, how="cross")
    predictions["prediction"] = "quality." + predictions["bad"].astype(str)
    with duckdb.connect() as connection:
        connection.register("interactions", calls)
        connection.register("reviews", reviews)
        connection.register("int_predictions_with_status", predictions)
        for name, query in ENUMERATED.items():
            connection.execute(f"create table {name} as {query}")
        build(connection, "int_quality_rates_realised")
        connection.execute(
            "create view int_predictions_realised as from int_quality_rates_realised"
        )
        build(connection, "int_prediction_errors")
        cases: pd.DataFrame = connection.table("int_prediction_errors").df()
    return cases


def _predicted() -> pd.DataFrame:
    predicted = pd.DataFrame({"predicted_bad": range(PREDICTED_BAD)})
    shares = [_wilson(bad, 280) for bad in predicted["predicted_bad"]]
    predicted[["predicted_low", "predicted_high"]] = shares
    return predicted.assign(
        decision_id=predicted["predicted_bad"].astype(str),
        predicted_value=predicted["predicted_bad"] / 280,
        status="covered",
        use_case=None,
        starts_on=pd.Timestamp(2025, 1, 1),
        ends_on=pd.Timestamp(2025, 1, 2),
    )


def _wilson(bad: int, labels: int) -> tuple[float, float]:
    interval = stats.binomtest(bad, labels).proportion_ci(method="wilson")
    return interval.low, interval.high


@pytest.mark.parametrize("audits", [30, 40])
@pytest.mark.parametrize("rate", [0.01, 0.03, 0.1])
def test_a_true_rate_is_inside_19_times_of_20(rate: float, audits: int) -> None:
    cases = judged(audits)
    assert (cases["status"] == "realised").all()
    chance = stats.binom.pmf(cases["predicted_bad"], 280, rate)
    chance *= stats.binom.pmf(cases["bad"], audits, rate)
    # counts that are left out hardly occur
    assert chance.sum() > 0.999
    assert chance[cases["is_inside"].to_numpy(bool)].sum() >= 0.95


@pytest.mark.parametrize("unlabelled", ["a1", "e1"])
def test_labels_that_lack_may_be_the_bad_ones(unlabelled: str) -> None:
    assert (
        realised(unlabelled, quality_min_audit_labels=3, quality_min_sessions=3) == []
    )


def test_stated_rates_of_everything_are_predicted() -> None:
    rate = {"rate": 0.1, "rate_low": 0.06, "rate_high": 0.16, "dimension": "bad_answer"}
    evidence: list[dict[str, Any]] = [
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
