"""What the detector of anomalies computes in SQL, against scipy and planted days."""

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from rendered_models import render
from scipy import stats
from watched_frames import LAST, SUMS, days, judged

Evaluate = Callable[[str, pd.DataFrame], Any]


@pytest.fixture(scope="module")
def evaluate() -> Evaluate:
    """Return a function that evaluates a macro call on every row of a frame."""

    def evaluated(call: str, frame: pd.DataFrame) -> Any:
        with duckdb.connect() as connection:
            connection.register("frame", frame)
            query = f"select {render('{{ ' + call + ' }}')} as found from frame"
            return connection.execute(query).fetchnumpy()["found"]

    return evaluated


def _counts(expected: list[float], low: float, high: float) -> pd.DataFrame:
    """Return counts whose exact Poisson tail lies between two probabilities."""
    rows = [
        (events, mean, 1.0)
        for mean in expected
        for events in range(int(mean * 4 + 40))
        for tail in [
            stats.poisson.sf(events - 1, mean)
            if events >= mean
            else stats.poisson.cdf(events, mean)
        ]
        if low < tail < high
    ]
    columns = ["events", "expected", "dispersion"]
    return pd.DataFrame(rows, columns=columns).astype(float)


@pytest.mark.parametrize(
    ("expected", "most"), [([0.5, 1, 2], 2.25), ([5, 8], 1.4), ([20, 50, 200], 1.1)]
)
def test_count_tails_are_those_of_a_poisson_and_never_smaller(
    evaluate: Evaluate, expected: list[float], most: float
) -> None:
    frame = _counts(expected, 1e-5, 0.02)
    frame = frame[frame["events"] >= frame["expected"]]
    z = evaluate("count_tail_z('events', 'expected', 'dispersion')", frame)
    exact = stats.poisson.sf(frame["events"] - 1, frame["expected"])
    ratio = stats.norm.sf(z) / exact
    assert len(frame) > 5
    assert 0.97 < ratio.min() <= ratio.max() < most


def test_lower_count_tails_are_those_of_a_poisson(evaluate: Evaluate) -> None:
    frame = _counts([20, 50, 200], 1e-6, 0.02)
    frame = frame[frame["events"] < frame["expected"]]
    z = evaluate("count_tail_z('events', 'expected', 'dispersion')", frame)
    ratio = stats.norm.cdf(z) / stats.poisson.cdf(frame["events"], frame["expected"])
    assert len(frame) > 20
    assert 0.97 < ratio.min() <= ratio.max() < 1.5


def test_amount_tails_are_those_of_a_gamma(evaluate: Evaluate) -> None:
    shapes, tails = np.meshgrid([5, 10, 30, 100], 10.0 ** -np.linspace(1, 5, 11))
    shape, tail = shapes.ravel(), tails.ravel()
    scale = 3.0
    frame = pd.DataFrame(
        {
            "amount": stats.gamma.isf(tail, shape, scale=scale),
            "expected": shape * scale,
            "dispersion": scale,
        }
    )
    z = evaluate("amount_tail_z('amount', 'expected', 'dispersion')", frame)
    ratio = stats.norm.sf(z) / tail
    assert 0.97 < ratio.min() <= ratio.max() < 1.35


def test_student_z_is_within_a_tenth_of_a_students_tail(evaluate: Evaluate) -> None:
    grid = [(t, df) for t in np.linspace(1, 8, 15) for df in (13, 20, 27)]
    frame = pd.DataFrame(grid, columns=["t", "df"])
    z = evaluate("student_z('t', 'df')", frame)
    ratio = stats.norm.sf(z) / stats.t.sf(frame["t"], frame["df"])
    assert 0.9 < ratio.min() <= ratio.max() < 1.1


def test_student_deviate_turns_student_z_around(evaluate: Evaluate) -> None:
    frame = pd.DataFrame({"z": [0.5, 2, 4, 6.0], "df": [13, 20, 27, 27.0]})
    frame["t"] = evaluate("student_deviate('z', 'df')", frame)
    np.testing.assert_allclose(evaluate("student_z('t', 'df')", frame), frame["z"])


def test_normal_deviate_holds_its_bound(evaluate: Evaluate) -> None:
    frame = pd.DataFrame({"tail": 10.0 ** -np.linspace(0.31, 9, 200)})
    found = evaluate("normal_deviate('tail')", frame)
    np.testing.assert_allclose(found, stats.norm.isf(frame["tail"]), atol=4.5e-4)


@pytest.mark.parametrize("kind", ["count", "amount"])
@pytest.mark.parametrize(("sign", "direction"), [("+", 1), ("-", -1)])
def test_limits_are_where_the_tail_ends(
    evaluate: Evaluate, kind: str, sign: str, direction: int
) -> None:
    grid = [(m, t) for m in (20, 50, 200, 1000) for t in (2.0, 3.9, 4.1)]
    frame = pd.DataFrame(grid, columns=["expected", "t"]).astype(float)
    frame["dispersion"] = 1.3
    frame["events"] = evaluate(
        f"{kind}_limit('t', 'expected', 'dispersion', '{sign}')", frame
    )
    found = evaluate(f"{kind}_tail_z('events', 'expected', 'dispersion')", frame)
    np.testing.assert_allclose(direction * found, frame["t"], rtol=0.05)


def total(dates: list[date], **sums: Any) -> pd.DataFrame:
    """Return rows of all calls."""
    return pd.DataFrame(
        {"interaction_date": dates, "dimension": "all", "member": "all", **sums}
    )


def verdicts(connection: duckdb.DuckDBPyConnection, condition: str) -> pd.DataFrame:
    """Return judged rows in the order of days and windows."""
    query = f"select * from anomalies where {condition} order by 1, window_days"
    return connection.execute(query).df()


def test_a_rate_is_judged_as_scipy_would() -> None:
    random = np.random.default_rng(1)
    dates = days(70)
    outcomes = random.integers(300, 500, 70)
    failures = random.binomial(outcomes, random.beta(4, 76, 70))
    connection = judged(
        total(dates, interactions=outcomes, known_outcomes=outcomes, failures=failures)
    )
    found = verdicts(connection, "metric = 'failure_rate'")
    found = found[found["interaction_date"] == pd.Timestamp(LAST)]
    past_events, past_trials = failures[-35:-7], outcomes[-35:-7]
    rate = past_events.sum() / past_trials.sum()
    excess = past_events - rate * past_trials
    dispersion = (excess**2 / (rate * past_trials)).sum() / 27
    for row, window in zip(found.itertuples(), (1, 7), strict=True):
        events, trials = failures[-window:].sum(), outcomes[-window:].sum()
        spread = dispersion * (1 + trials / past_trials.sum())
        mean = rate * trials / spread
        if events >= rate * trials:
            z = stats.norm.isf(stats.gamma.cdf(mean, events / spread))
        else:
            z = stats.norm.ppf(stats.gamma.sf(mean, events / spread + 1))
        exact = 2 * stats.t.sf(abs(z), 27)
        assert row.history_days == 28
        assert row.dispersion == pytest.approx(dispersion)
        assert row.value == pytest.approx(events / trials)
        assert row.baseline == pytest.approx(rate)
        assert row.p_value == pytest.approx(exact, rel=0.1)
        assert row.expected_low < rate < row.expected_high


def test_an_outage_is_named_on_its_first_day_and_still_three_weeks_later() -> None:
    dates, lasting = days(120), 21
    failures = [10] * (120 - lasting) + [200] * lasting
    rows = total(
        dates,
        interactions=[1000] * 120,
        known_outcomes=[1000] * 120,
        failures=failures,
    )
    open_days = pd.DataFrame(
        {
            "interaction_date": dates[-lasting:],
            "metric": "failure_rate",
            "dimension": "all",
            "member": "all",
        }
    )
    found = verdicts(judged(rows, open_days=open_days), "metric = 'failure_rate'")
    first = pd.Timestamp(dates[-lasting])
    before = found[found["interaction_date"] < first]
    during = found[found["interaction_date"] >= first]
    assert set(before["verdict"]) == {"normal"}
    assert set(during["verdict"]) == {"higher"}
    assert during["baseline"].to_numpy() == pytest.approx(0.01)


def test_an_open_alert_leaves_the_days_before_and_of_it_as_they_were_judged() -> None:
    """Days that an alert leaves out are in no history of the day that opened it."""
    random = np.random.default_rng(3)
    outcomes = random.integers(300, 500, 120)
    failures = random.binomial(outcomes, 0.05)
    failures[-10:] *= 4
    rows = total(
        days(120), interactions=outcomes, known_outcomes=outcomes, failures=failures
    )
    open_days = pd.DataFrame({"interaction_date": days(10), "dimension": "all"})
    open_days = open_days.assign(metric="failure_rate", member="all")
    columns = ["interaction_date", "metric", "dimension", "member"]
    without = verdicts(judged(rows), "true")
    found = verdicts(judged(rows, open_days=open_days[columns]), "true")
    # from the eighth day on the first of them would be in the history
    is_before = found["interaction_date"] < pd.Timestamp(days(3)[0])
    pd.testing.assert_frame_equal(
        found[is_before].drop(columns="max_p_value"),
        without[is_before].drop(columns="max_p_value"),
    )
    assert (found[~is_before]["z"] > without[~is_before]["z"]).any()


def test_a_day_that_differed_leaves_the_history_of_later_days() -> None:
    """Without the second pass one bad day would widen what is expected for a month."""
    failures = [10] * 120
    failures[-15] = 300
    rows = total(
        days(120),
        interactions=[1000] * 120,
        known_outcomes=[1000] * 120,
        failures=failures,
    )
    found = verdicts(judged(rows), f"interaction_date = '{LAST}' and window_days = 1")
    row = found[found["metric"] == "failure_rate"].iloc[0]
    assert (row["history_days"], row["baseline"]) == (27, pytest.approx(0.01))


@pytest.mark.parametrize("growth", [0.0, 0.5])
def test_a_volume_follows_its_weekdays_and_its_trend(growth: float) -> None:
    dates = days(120)
    weekly = [1.0, 1.1, 1.2, 1.1, 0.9, 0.3, 0.2]
    calls = [(100 + growth * i) * weekly[d.weekday()] for i, d in enumerate(dates)]
    connection = judged(total(dates, interactions=np.round(np.array(calls) * 10)))
    found = verdicts(connection, "metric = 'interactions'")
    assert set(found["verdict"]) == {"normal"}
    assert found["ratio"].between(0.98, 1.02).all()
    # a Thursday with the calls of a Sunday
    calls[-1] = calls[-5]
    lower = judged(total(dates, interactions=np.round(np.array(calls) * 10)))
    found = verdicts(lower, f"metric = 'interactions' and interaction_date = '{LAST}'")
    assert found["verdict"].iloc[0] == "lower"


def test_a_quantile_is_judged_by_the_operations_beyond_it() -> None:
    dates = days(70)
    histogram = [(200, 90), (250, 6), (300, 4)]
    latencies = pd.DataFrame(
        [
            (day, "all", "all", bucket + (60 if day == LAST else 0), count)
            for day in dates
            for bucket, count in histogram
        ],
        columns=[
            *("interaction_date", "dimension", "member"),
            *("latency_bucket", "operations"),
        ],
    )
    rows = total(dates, interactions=[100] * 70)
    found = verdicts(
        judged(rows, latencies), "metric = 'latency_p95' and window_days = 1"
    )
    last = found[found["interaction_date"] == pd.Timestamp(LAST)].iloc[0]
    assert last["verdict"] == "higher"
    assert last["baseline"] == pytest.approx(1.05**250.5, rel=0.001)
    assert last["ratio"] == pytest.approx(1.05**60, rel=0.001)
    assert set(found["verdict"].iloc[:-1]) == {"normal"}


def test_a_new_version_is_compared_with_its_use_case() -> None:
    dates = days(70)
    tokens = {"all": 100, "rag": 100, "rag / v1": 100, "rag / v2": 150}
    frames = []
    for member, dimension in {
        "all": "all",
        "rag": "use_case",
        "rag / v1": "use_case_and_prompt_version",
        "rag / v2": "use_case_and_prompt_version",
    }.items():
        its = dates[-3:] if member == "rag / v2" else dates
        noise = [1 + (i % 5 - 2) / 50 for i in range(len(its))]
        total_tokens = [40 * tokens[member] * share for share in noise]
        frame = total(its, interactions=40, tokened_interactions=40)
        frames.append(
            frame.assign(dimension=dimension, member=member, total_tokens=total_tokens)
        )
    connection = judged(pd.concat(frames, ignore_index=True))
    found = verdicts(
        connection, f"metric = 'tokens_per_call' and interaction_date = '{LAST}'"
    )
    new = found[(found["member"] == "rag / v2") & (found["window_days"] == 1)].iloc[0]
    assert (new["against"], new["verdict"]) == ("parent", "higher")
    assert new["ratio"] == pytest.approx(1.5, rel=0.05)
    assert set(found.loc[found["member"] != "rag / v2", "against"]) == {"self"}


def test_an_interrupted_service_is_unmeasured_and_not_an_anomaly() -> None:
    """No day without data is a day with zero calls, and 13 days are no history."""
    dates = [d for d in days(70) if d not in days(10)[5:8]]
    count = len(dates)
    rows = total(
        dates,
        interactions=[100] * count,
        known_outcomes=[100] * count,
        failures=[5] * count,
    )
    found = verdicts(judged(rows), f"interaction_date = '{days(10)[6]}'")
    by_window = found.set_index(["metric", "window_days"])["verdict"]
    assert by_window["failure_rate", 1] == "unmeasured"
    assert by_window["interactions", 1] == "unmeasured"
    assert by_window["failure_rate", 7] == "normal"
    assert by_window["interactions", 7] == "normal"
    short = total(days(20), interactions=100, known_outcomes=100, failures=5)
    found = verdicts(judged(short), f"interaction_date = '{LAST}'")
    assert set(found["verdict"]) == {"insufficient_history"}
    untested = found[["p_value", "z", "expected_low", "expected_high"]]
    assert untested.isna().all(axis=None)


@pytest.mark.parametrize("seed", range(5))
def test_odd_values_do_not_stop_the_build(seed: int) -> None:
    """Sums of scores beyond 1, credits, free and rare calls: p-values or a refusal."""
    random = np.random.default_rng(seed)
    dates = [day for day in days(100) if random.random() < 0.8]
    count = len(dates)
    calls = random.poisson(random.choice([0.3, 5, 200]), count)
    sums = {
        name: np.where(calls > 0, random.poisson(calls * random.random()), 0)
        for name in SUMS
    }
    sums["cost_usd"] = calls * random.normal(random.choice([-1, 0, 1]), 0.5, count)
    sums["quality_score_sum"] = calls * random.normal(1, 0.5, count)
    sums["judged_answers"] = sums["costed_interactions"] = calls
    sums["interactions"] = calls
    found = verdicts(judged(total(dates, **sums)), "true")
    judged_rows = found[found["p_value"].notna()]
    assert judged_rows["p_value"].between(0, 1).all()
    assert (judged_rows["expected_low"].fillna(0) >= 0).all()
    untested = found[found["p_value"].isna()]["verdict"]
    assert not {*untested} & {"higher", "lower", "normal"}
