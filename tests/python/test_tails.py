"""The tail probabilities that SQL works out, against scipy."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from rendered_models import render
from scipy import special, stats


def tail_of(sql: str, frame: pd.DataFrame) -> pd.Series:
    """Evaluate one SQL expression for each row of a frame."""
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        query = f"select {render(sql)} as tail from frame"
        tail: pd.Series = connection.sql(query).df()["tail"]
        return tail


@pytest.mark.parametrize("probability", [0.001, 0.01, 0.02, 0.05, 0.2, 0.5])
def test_binomial_tail_is_scipys_within_its_stated_error(probability: float) -> None:
    grid = [
        (events, trials)
        for trials in (10, 50, 100, 300, 1000, 100_000, 28_000_000)
        for events in np.unique(
            np.clip(
                trials * probability
                + np.linspace(-6, 8, 60) * np.sqrt(trials * probability),
                0,
                trials,
            ).astype(int)
        )
    ]
    frame = pd.DataFrame(grid, columns=["events", "trials"]).assign(p=probability)
    frame["z"] = tail_of("{{ binomial_tail_z('events', 'trials', 'p') }}", frame)
    ours = tail_of("{{ normal_tail('z') }}", frame)
    exact = stats.binom.sf(frame["events"] - 1, frame["trials"], probability)
    assert np.abs(ours - exact).max() < 0.004
    judged = (frame["trials"] * probability >= 1) & (exact > 1e-6) & (exact < 0.05)
    assert (np.abs(ours / exact - 1)[judged]).max() < 0.06


@pytest.mark.parametrize("probability", [0.005, 0.01, 0.02, 0.05, 0.2])
def test_binomial_tail_of_few_events_is_nearly_scipys(probability: float) -> None:
    grid = [(n, trials) for trials in range(2, 200) for n in range(1, trials + 1)]
    frame = pd.DataFrame(grid, columns=["events", "trials"]).assign(p=probability)
    frame["z"] = tail_of("{{ binomial_tail_z('events', 'trials', 'p') }}", frame)
    ours = tail_of("{{ normal_tail('z') }}", frame)
    exact = stats.binom.sf(frame["events"] - 1, frame["trials"], probability)
    judged = (exact > 1e-5) & (exact < 0.02)
    assert (ours / exact)[judged].between(0.95, 1.5).all()


def test_half_an_event_is_no_evidence() -> None:
    frame = pd.DataFrame({"events": [0.0, 0.2, 0.5], "trials": 9.0, "p": 0.02})
    tails = tail_of("{{ binomial_tail_z('events', 'trials', 'p') }}", frame)
    assert tails.tolist() == [-38.0] * 3


def test_student_z_has_the_tail_of_scipys_t() -> None:
    grid = [(t, df) for df in (6, 10, 27, 83) for t in np.arange(0.5, 9, 0.25)]
    frame = pd.DataFrame(grid, columns=["t", "df"])
    ours = stats.norm.sf(tail_of("{{ student_z('t', 'df') }}", frame))
    exact = stats.t.sf(frame["t"], frame["df"])
    judged = exact > 1e-3
    assert np.abs(ours / exact - 1)[judged].max() < 0.05
    known = pd.DataFrame({"t": [-2.0, 0.0, 3.0], "df": [None, 5.0, None]})
    assert tail_of("{{ student_z('t', 'df') }}", known).tolist() == [-2.0, 0.0, 3.0]


def test_gamma_tail_is_scipys_and_need_not_be_of_whole_freedom() -> None:
    shapes = [0.25, 0.5, 1, 2.7, 4.5, 10, 60.3, 400]
    grid = [
        (shape, shape * ratio) for shape in shapes for ratio in np.arange(0, 6, 0.1)
    ]
    frame = pd.DataFrame(grid, columns=["shape", "x"])
    ours = tail_of("{{ gamma_tail('shape', 'x') }}", frame)
    exact = special.gammaincc(frame["shape"], frame["x"])
    np.testing.assert_allclose(ours, exact, rtol=0, atol=1e-12)


def test_exact_binomial_tail_is_scipys() -> None:
    grid = [
        (events, trials, mean / trials)
        for trials in (60, 61, 1_000, 1_000_000, 10_000_000)
        for events in range(7)
        for mean in (1e-4, 0.02, 0.3, 1.0, 4.0, 20.0)
    ]
    frame = pd.DataFrame(grid, columns=["events", "trials", "p"])
    ours = tail_of("{{ binomial_tail('events', 'trials', 'p') }}", frame)
    exact = stats.binom.sf(frame["events"] - 1, frame["trials"], frame["p"])
    np.testing.assert_allclose(ours, exact, rtol=0, atol=1e-7)


def test_exact_binomial_tail_at_its_edges() -> None:
    frame = pd.DataFrame({"events": [0, 1, 1], "trials": 9, "p": [0.0, 0.0, 1.0]})
    tails = tail_of("{{ binomial_tail('events', 'trials', 'p') }}", frame)
    assert tails.tolist() == [1.0, 0.0, 1.0]
