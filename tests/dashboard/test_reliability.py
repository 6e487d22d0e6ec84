"""Reliability: rates, failures, burn and slices are those of the calls and marts."""

from typing import Any

import pytest
from conftest import World, page
from scipy.stats import binomtest
from test_explore import drawn, rows
from test_measures import merged

MODEL = "model_provider || ' / ' || model_name"
OUTCOMES = (
    "count(is_operation_failure), count(*) filter (where is_operation_failure), "
    "count(is_operation_sla_breach), count(*) filter (where is_operation_sla_breach)"
)
SUCCESSES = "operations that succeed, of known ones (95 % interval): "


@pytest.mark.parametrize(
    ("by", "member"),
    [("model", MODEL), ("provider", "model_provider"), ("use case", "use_case")],
)
def test_rates_are_those_of_the_calls(by: str, member: str, real: World) -> None:
    test = page("reliability", real, reliability_by=by)
    found = merged(drawn(test, SUCCESSES), "member")
    table = test.dataframe[0].value.set_index("member")
    calls = rows(
        real, f"select {member}, {OUTCOMES} from marts.interactions group by 1"
    )
    assert len(found) == len(calls) == len(table) > 1
    for name, known, failed, timed, breached in calls:
        for column, part, whole in (
            ("success_rate", known - failed, known),
            ("failure_rate", failed, known),
            ("sla_compliance_rate", timed - breached, timed),
        ):
            shares = found[name]
            interval = binomtest(part, whole).proportion_ci(method="wilson")
            assert shares[column] == pytest.approx(part / whole)
            assert shares[f"{column}_low"] == pytest.approx(interval.low, abs=1e-7)
            assert shares[f"{column}_high"] == pytest.approx(interval.high, abs=1e-7)
            assert table.loc[name, column] == shares[column]
        assert table.loc[name, "failures"] == failed
        assert table.loc[name, "sla_breaches"] == breached


def test_weeks_are_those_of_the_calls(real: World) -> None:
    found = merged(
        drawn(page("reliability", real), " by week, from"), "member", "interaction_date"
    )
    calls = rows(
        real,
        f"select {MODEL}, date_trunc('week', interaction_date)::date, {OUTCOMES} "
        "from marts.interactions group by all",
    )
    assert len(found) == len(calls) > 50
    for name, monday, known, failed, timed, breached in calls:
        row = found[name, f"{monday}T00:00:00Z"]
        assert row["failure_rate"] == pytest.approx(failed / known)
        assert row["sla_compliance_rate"] == pytest.approx(1 - breached / timed)


def test_types_of_failures_are_counted_as_the_calls_have_them(incident: World) -> None:
    test = page("reliability", incident)
    found = {
        row["failure_type"]: row["interactions"]
        for row in drawn(test, "Failed attempts by type")
    }
    calls = dict(
        rows(
            incident,
            "select failure_type, count(*) from marts.interactions where is_failure "
            "group by 1",
        )
    )
    assert found == calls
    (table,) = (
        one.value for one in test.dataframe if "failure_share" in one.value.columns
    )
    assert dict(zip(table["failure_type"], table["interactions"], strict=True)) == calls


def test_burn_is_that_of_the_mart(incident: World) -> None:
    test = page("reliability", incident)
    found: set[Any] = {
        (row["interaction_date"][:10], row["burn_rate"])
        for row in drawn(test, "Burn rate of seven days")
        if "burn_rate" in row
    }
    mart = rows(
        incident,
        "select interaction_date::varchar, burn_rate from marts.budget_burn "
        "where window_days = 7 and burn_rate is not null",
    )
    assert found == set(mart)
    alerts = rows(
        incident,
        "select interaction_date, budget, alert, long_burn_rate from marts.burn_alerts "
        "where status = 'firing' order by interaction_date desc, budget, alert",
    )
    (table,) = (one.value for one in test.dataframe if "fires at" in one.value.columns)
    shown = table[["day", "budget", "alert", "burn, multiple of the budget"]]
    assert [tuple(row) for row in shown.itertuples(index=False)] == alerts
    assert alerts


def test_failing_slices_are_those_of_the_mart(incident: World) -> None:
    columns = ("failure_rate", "failure_rate_low", "failure_rate_high")
    found = merged(drawn(page("reliability", incident), "The 10 leading of"), "slice")
    mart = rows(
        incident,
        f"select slice, {', '.join(columns)}, complement_failure_rate "
        "from marts.risk_slices order by failure_verdict = 'hotspot' desc, risk_rank "
        "limit 10",
    )
    for name, *values in mart:
        shown = [found[name][one] for one in (*columns, "complement_failure_rate")]
        assert shown == values
    assert len(found) == len(mart) + 1
