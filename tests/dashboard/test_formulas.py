"""Rates as SQL agree with an independent implementation."""

import duckdb
import pytest

from llm_telemetry.dashboard.formulas import rate
from llm_telemetry.watch.alert_commands import wilson


@pytest.mark.parametrize(
    ("successes", "trials"), [(0, 1), (1, 1), (0, 5000), (3, 7), (4999, 5000)]
)
def test_a_rate_has_wilsons_interval(successes: int, trials: int) -> None:
    counts = f"(select {successes} as s, {trials} as n)"
    sql = f"select {rate('sum(s)', 'sum(n)', 'r')} from {counts}"
    found = duckdb.sql(sql).fetchall()[0]
    expected = (successes / trials, *wilson(successes, trials))
    # the marts' quantile has seven digits
    assert found == pytest.approx(expected, abs=1e-8)


def test_a_rate_of_no_trials_is_unknown() -> None:
    sql = f"select {rate('0', '0', 'r')}"
    assert duckdb.sql(sql).fetchall() == [(None, None, None)]
