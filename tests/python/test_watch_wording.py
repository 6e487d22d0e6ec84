"""What is said of an alert has the unit of its metric."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from llm_telemetry.watch import wording
from llm_telemetry.watch.rules import METRICS
from llm_telemetry.watch.state import Episode, Member

DAY = date(2026, 3, 1)


def episode(metric: str, **own: Any) -> Episode:
    known: dict[str, Any] = {
        "dimension": "model",
        "member": "m",
        "window_days": 1,
        "value": 0.0321,
        "baseline": 0.01,
        "ratio": 3.21,
        **own,
    }
    member = Member(first_day=DAY, last_day=DAY, **known)
    made = Episode(
        episode="e",
        fingerprint="f",
        rule_id="r",
        metric=metric,
        severity="warning",
        opened_day=DAY,
        opened_at=datetime(2026, 3, 1, tzinfo=UTC),
        limits="",
    )
    made.members[member.key] = member
    return made


@pytest.mark.parametrize(
    ("metric", "own", "said"),
    [
        ("failure_rate", {}, "m 3.21 % instead of 1 % (3.21x)"),
        (
            "latency_p95",
            {"value": 3211.4, "baseline": 2396.4, "ratio": 1.34},
            "m 3,211 ms instead of 2,396 ms (1.34x)",
        ),
        ("cost_per_call", {"member": "all"}, "0.0321 USD instead of 0.01 USD (3.21x)"),
        (
            "budget_burn",
            {"value": 1.7, "baseline": 1, "ratio": None, "window_days": 7},
            "m 1.7x instead of 1x over 7 days",
        ),
        (
            "drift",
            {"dimension": "history_to_evaluation", "baseline": None, "ratio": None},
            "m PSI 0.0321, history to evaluation",
        ),
        ("data_age", {"baseline": None, "ratio": None, "value": 30}, "m 30 hours"),
        ("sql", {"value": None, "ratio": None}, "m unknown instead of 0.01"),
    ],
)
def test_a_member_has_the_unit_of_its_metric(
    metric: str, own: dict[str, Any], said: str
) -> None:
    assert wording.summary(episode(metric, **own)) == said
    assert wording.member_lines(episode(metric, **own)) == [said]


def test_every_metric_has_a_unit_or_none_on_purpose() -> None:
    unitless = {"quality", "drift", "sql"}
    assert {*wording.UNITS, *wording.RATES, *unitless} == set(METRICS)
