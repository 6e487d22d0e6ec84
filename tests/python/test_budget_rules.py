"""When a budget stops releases, and what is said of it."""

from typing import Any

import pandas as pd
import pytest
import yaml
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from monitoring_frames import KNOBS, alerts, budget_of, burn, forecast
from sound_lines import is_sound

from llm_telemetry.decisions import budget, budget_rules

BURN_ALERTS = ROOT / "models" / "marts" / "slo" / "burn_alerts.yml"
PAGE = {"alert": "1d", "severity": "page", "long_days": 1, "factor": 3.0}


def rules_of(
    *rows: dict[str, Any], burned: pd.DataFrame | None = None
) -> dict[str, dict[str, Any]]:
    rules = budget_rules.stop_ship(alerts(*rows), burn() if burned is None else burned)
    return {rule["rule"]: rule for rule in rules}


@pytest.mark.parametrize(
    ("changes", "fired", "words"),
    [
        ({"status": "firing", "reason": "above_own_past"}, True, "at a paging rate"),
        ({"status": "firing", "reason": "not_cleared"}, True, "at a paging rate"),
        ({}, False, "too slowly to page"),
        ({"reason": "within_own_past"}, False, "no faster than usual"),
        (
            {"severity": "ticket", "status": "firing", "reason": "one_session"},
            False,
            "in one session",
        ),
        ({"reason": "not_significant"}, False, "but chance explains it"),
        ({"reason": "few_events"}, False, "whether the failure budget burns"),
        ({"reason": "unmeasured"}, False, "is not measured"),
    ],
)
def test_a_page_stops_releases(
    changes: dict[str, Any], fired: bool, words: str
) -> None:
    rule = rules_of({}, PAGE | {"long_burn_rate": 9.0} | changes)[
        "failures_budget_page"
    ]
    assert (rule["fired"], rule["value"], rule["limit"]) == (fired, 9.0, 3.0)
    assert rule["meaning"].endswith(words)


@pytest.mark.parametrize(
    ("periods", "fired", "words"),
    [
        (None, False, "needs 28 days of data"),
        (float("nan"), False, "needs 28 days of data"),
        (0, False, "is not spent"),
        (1, True, "is spent"),
        (2, True, "overspent in the period before"),
        (3, False, "agree on another objective"),
    ],
)
def test_a_spent_budget_stops_releases_but_not_for_ever(
    periods: float | None, fired: bool, words: str
) -> None:
    burned = burn(burn_rate=1.5, periods_over_budget=periods)
    rule = rules_of(PAGE, burned=burned)["failures_budget_exhausted"]
    assert (rule["fired"], rule["value"], rule["limit"]) == (fired, 1.5, 1.0)
    assert rule["meaning"].endswith(words)


def test_a_budget_without_a_measurement_is_not_judged() -> None:
    burned = burn(measured=0, burn_rate=None, periods_over_budget=None)
    rule = rules_of(PAGE, burned=burned)["failures_budget_exhausted"]
    assert not rule["fired"]
    assert rule["meaning"].endswith("needs a measurement")


def test_every_reason_of_an_alert_has_words() -> None:
    contract = yaml.safe_load(BURN_ALERTS.read_text())["models"][0]
    (reason,) = (one for one in contract["columns"] if one["name"] == "reason")
    (values,) = (test["accepted_values"] for test in reason["data_tests"])
    fires = {"above_budget", "above_own_past", "slo_infeasible", "not_cleared"}
    assert set(values["arguments"]["values"]) == fires | set(budget_rules.NO_PAGE)


def test_what_pages_is_named_first() -> None:
    page = PAGE | {"status": "firing", "long_burn_rate": 50.0, "own_past_rate": 0.12}
    summary = budget_of(page | {"reason": "above_own_past"}).summary
    assert summary.startswith(
        "failures page: 50x over the last day, usual rate 12.0%; "
    )
    summary = budget_of(page | {"reason": "above_budget", "long_days": 3}).summary
    assert summary.startswith("failures page: 50x over 3 days; ")


def test_without_days_no_rule_is_judged() -> None:
    assert budget_rules.stop_ship(alerts().iloc[:0], burn().iloc[:0]) == []


RATES = st.sampled_from([0.0, 0.5, 1.0, 12.0, 50.0])


@settings(deadline=None)
@given(
    status=st.sampled_from(["ok", "firing", "insufficient_traffic", "unmeasured"]),
    reason=st.sampled_from([*budget_rules.NO_PAGE, "above_own_past", "not_cleared"]),
    severity=st.sampled_from(["page", "ticket"]),
    rates=st.tuples(st.none() | RATES, st.none() | RATES, st.none() | RATES),
    burned=st.none() | RATES,
    periods=st.none() | st.sampled_from([0, 1, 2, 3]),
    low=st.sampled_from([50.0, 101.0]),
)
def test_no_line_on_a_budget_has_an_empty_slot(
    status: str,
    reason: str,
    severity: str,
    rates: tuple[float | None, float | None, float | None],
    burned: float | None,
    periods: int | None,
    low: float,
) -> None:
    long_burn_rate, own_past_rate, proposed = rates
    rows = alerts(
        {
            "status": status,
            "reason": reason,
            "severity": severity,
            "long_burn_rate": long_burn_rate,
            "own_past_rate": own_past_rate,
            "proposed_budget_rate": proposed,
        }
    )
    spent = burn(burn_rate=burned, periods_over_budget=periods)
    decided = budget.decide(spent, rows, forecast(low), KNOBS)
    assert is_sound(decided.summary), decided.summary
    for rule in budget_rules.stop_ship(rows, spent):
        assert is_sound(rule["meaning"]), rule
