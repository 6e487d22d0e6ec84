"""Tail probabilities that SQL computes, against scipy."""

from collections.abc import Callable

import duckdb
import numpy as np
import pandas as pd
import pytest
from rendered_models import render
from scipy import stats

Evaluate = Callable[[str, pd.DataFrame], np.ndarray]


@pytest.fixture(scope="module")
def evaluate() -> Evaluate:
    """Return a function that evaluates a macro call on every row of a frame."""

    def evaluated(call: str, frame: pd.DataFrame) -> np.ndarray:
        with duckdb.connect() as connection:
            connection.register("frame", frame)
            query = f"select {render('{{ ' + call + ' }}')} as tail from frame"
            return connection.execute(query).fetchnumpy()["tail"]

    return evaluated


def test_normal_tail_holds_its_bound_from_minus_10_to_37(evaluate: Evaluate) -> None:
    z = np.linspace(-10, 37, 4001)
    tail = evaluate("normal_tail('z')", pd.DataFrame({"z": z}))
    np.testing.assert_allclose(tail, stats.norm.sf(z), rtol=1e-8, atol=0)


def test_chi_square_tail_holds_its_bound(evaluate: Evaluate) -> None:
    tails = np.concatenate([10.0 ** -np.linspace(0.01, 290, 60), [0.2, 0.5, 0.999999]])
    degrees = [*range(1, 40), 99, 100, 500, 999, 2000]
    grid = pd.DataFrame(
        [(stats.chi2.isf(tail, df), df) for df in degrees for tail in tails],
        columns=["x", "df"],
    )
    tail = evaluate("chi_square_tail('x', 'df')", grid)
    np.testing.assert_allclose(tail, stats.chi2.sf(grid["x"], grid["df"]), rtol=1e-8)


def test_student_quantile_is_right_to_seven_digits(evaluate: Evaluate) -> None:
    degrees = pd.DataFrame({"df": [*range(1, 200), 1000, 100_000]})
    found = evaluate("student_t_quantile('df')", degrees)
    np.testing.assert_allclose(found, stats.t.ppf(0.975, degrees["df"]), rtol=3e-7)
    none = evaluate("student_t_quantile('df')", pd.DataFrame({"df": [0]}))
    assert np.isnan(np.ma.filled(none.astype(float), np.nan)).all()


def test_chi_square_tail_at_its_edges(evaluate: Evaluate) -> None:
    edges = pd.DataFrame({"x": [0.0, 3.0, None], "df": [3, 0, 2]})
    tail = evaluate("chi_square_tail('x', 'df')", edges)
    tail = np.ma.filled(tail.astype(float), np.nan)
    assert tail[0] == 1.0
    assert np.isnan(tail[1:]).all()


def _tables() -> pd.DataFrame:
    """Return two-by-two tables with 3 events and 3 non-events expected everywhere."""
    rows = []
    for total in (300, 1_000, 5_000, 100_000):
        for rate in (0.02, 0.05, 0.2, 0.5, 0.8):
            for trials in (20, 60, 150, total // 4, total // 2):
                events = range(1, min(trials, int(total * rate)) + 1, 1 + trials // 60)
                rows += [(count, trials, int(total * rate), total) for count in events]
    tables = pd.DataFrame(
        rows, columns=["events", "trials", "all_events", "all_trials"]
    )
    expected = tables["trials"] * tables["all_events"] / tables["all_trials"]
    enough = (expected >= 3) & (tables["trials"] - expected >= 3)
    return tables[enough & (tables["all_events"] - expected >= 3)]


def test_excess_z_keeps_the_skew_of_small_counts(evaluate: Evaluate) -> None:
    tables = _tables()
    call = "excess_z('events', 'trials', 'all_events', 'all_trials')"
    tail = stats.norm.sf(evaluate(call, tables))
    exact = stats.hypergeom.sf(
        tables["events"] - 1,
        tables["all_trials"],
        tables["all_events"],
        tables["trials"],
    )
    read = (exact > 1e-12) & (exact < 0.5)
    ratio = tail[read] / exact[read]
    assert read.sum() > 500
    assert 1 / 1.5 < ratio.min() < ratio.max() < 1.5


def test_excess_z_of_no_event_and_of_nothing_but_events(evaluate: Evaluate) -> None:
    edges = pd.DataFrame(
        {
            "events": [0, 60, 60, 10],
            "trials": [60, 60, 60, 100],
            "all_events": [30, 600, 60, 10],
            "all_trials": [600, 600, 600, 100],
        }
    )
    z = evaluate("excess_z('events', 'trials', 'all_events', 'all_trials')", edges)
    assert z[0] == -38  # no event is never an excess
    assert abs(z[1]) < 1.5  # every interaction failed, everywhere
    assert z[2] > 15  # all failures are in the slice
    assert np.isfinite(z[3])  # a slice that is all there is
