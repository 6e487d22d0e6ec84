"""Cost drivers on random tables, and on tables where one driver alone moved."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered_models import build

MODELS = (
    "health_by_day",
    "int_comparison_periods",
    "int_cost_factors",
    "int_cost_attribution",
    "cost_drivers",
)
TYPES = {
    "interaction_date": "date",
    "decision_window": "varchar",
    "use_case": "varchar",
    "model_provider": "varchar",
    "model_name": "varchar",
    "retry_index": "bigint",
    "prompt_tokens": "bigint",
    "completion_tokens": "bigint",
    "total_tokens": "bigint",
    "cost_usd": "double",
    "cache_hit": "boolean",
    "is_final_attempt": "boolean",
    "is_operation_failure": "boolean",
    "is_operation_sla_breach": "boolean",
    "operation_latency_ms": "double",
    "hallucination_flag": "boolean",
    "toxicity_flag": "boolean",
    "formatting_error_flag": "boolean",
    "user_feedback_score": "double",
}
EARLIER, LATER = date(2025, 1, 6), date(2025, 1, 13)
ENDS: list[dict[str, object]] = [
    {"interaction_date": date(2025, 1, 6)},
    {"interaction_date": date(2025, 1, 19)},
]


def drivers_of(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Build the drivers of two weeks, which are also history and evaluation."""
    frame = pd.DataFrame(rows + ENDS, columns=list(TYPES), dtype=object)
    casts = ", ".join(
        f"cast({name} as {type_}) as {name}" for name, type_ in TYPES.items()
    )
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute(f"create table interactions as select {casts} from frame")
        connection.execute(
            "create table windows as from (values "
            "('history', null, timestamp '2025-01-06', "
            "timestamp '2025-01-12', 0.7, 0), "
            "('evaluation', 'history', timestamp '2025-01-13 09:00', "
            "timestamp '2025-01-19', 0.3, 0)) as rows(window_name, earlier_window, "
            "starts_at, ends_at, sampling_fraction, overlap_rate)"
        )
        build(connection, *MODELS)
        drivers: pd.DataFrame = connection.table("cost_drivers").df()
        return drivers


def attempt(day: date, **values: object) -> dict[str, object]:
    """Return one interaction of a week, which is also its window."""
    window = "history" if day < LATER else "evaluation"
    return {
        "interaction_date": day,
        "decision_window": window,
        "use_case": "qa",
        **values,
    }


attempts = st.builds(
    attempt,
    st.sampled_from([EARLIER, LATER]),
    use_case=st.sampled_from(["qa", "code", None]),
    model_provider=st.just("p"),
    model_name=st.sampled_from(["small", "large"]),
    retry_index=st.sampled_from([None, 0, 0, 1, 2]),
    total_tokens=st.sampled_from([None, 0, 1, 90, 4000]),
    prompt_tokens=st.sampled_from([None, 7]),
    completion_tokens=st.sampled_from([None, 5]),
    cost_usd=st.one_of(st.none(), st.floats(0, 1000, allow_subnormal=False)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(attempts, max_size=30))
def test_the_five_drivers_add_up_to_every_change(rows: list[dict[str, object]]) -> None:
    costs = pd.DataFrame(rows, columns=["interaction_date", "cost_usd"]).dropna()
    by_week = costs.groupby("interaction_date")["cost_usd"].sum()
    drivers = drivers_of(rows)
    if len(by_week) < 2:
        assert drivers.empty
        return
    assert len(drivers) == 10
    for _, rows_of_pair in drivers.groupby("comparison"):
        first = rows_of_pair.iloc[0]
        days = first["later_traffic_days"], first["earlier_traffic_days"]
        requests = first["later_requests"], first["earlier_requests"]
        for column, (later, earlier) in (
            ("change_usd", (1.0, 1.0)),
            ("change_usd_per_day", days),
            ("change_usd_per_request", requests),
        ):
            change = by_week[LATER] / later - by_week[EARLIER] / earlier
            assert rows_of_pair[column].sum() == pytest.approx(change, abs=1e-9)


def moved(later: dict[str, object], copies: int = 4) -> pd.Series:
    """Return what each driver did, per request, when the later week differs so."""
    same = {"model_name": "small", "retry_index": 0, "total_tokens": 100, "cost_usd": 2}
    rows = [attempt(EARLIER, **same) for _ in range(4)]
    rows += [attempt(LATER, **{**same, **later}) for _ in range(copies)]
    drivers = drivers_of(rows).query("comparison == 'week_to_week'")
    return drivers.set_index("driver")["change_usd"].round(9)


@pytest.mark.parametrize(
    ("later", "copies", "driver", "change"),
    [
        ({"total_tokens": 150, "cost_usd": 3}, 4, "tokens", 4),
        ({"cost_usd": 3}, 4, "price", 4),
        ({}, 6, "volume", 4),
        ({"total_tokens": 0, "cost_usd": 3}, 4, "price", 4),
    ],
)
def test_a_change_of_one_kind_is_one_driver(
    later: dict[str, object], copies: int, driver: str, change: float
) -> None:
    effects = moved(later, copies)
    assert effects[driver] == change
    assert effects.drop(driver).eq(0).all()


def test_retried_attempts_are_retries_and_not_traffic() -> None:
    same = {"model_name": "small", "total_tokens": 100, "cost_usd": 2}
    first = [attempt(day, retry_index=0, **same) for day in (EARLIER, LATER) * 4]
    again = [attempt(LATER, retry_index=1, **same) for _ in range(2)]
    drivers = drivers_of(first + again).query("comparison == 'week_to_week'")
    effects = drivers.set_index("driver")["change_usd"].round(9)
    assert effects["retries"] == 4
    assert effects.drop("retries").eq(0).all()


def test_traffic_that_moves_to_the_dear_model_is_mix() -> None:
    cheap = {"model_name": "small", "total_tokens": 100, "cost_usd": 1}
    dear = {"model_name": "large", "total_tokens": 100, "cost_usd": 5}
    rows = [attempt(EARLIER, **cheap)] * 3 + [attempt(EARLIER, **dear)]
    rows += [attempt(LATER, **cheap)] + [attempt(LATER, **dear)] * 3
    effects = drivers_of(rows).query("comparison == 'week_to_week'")
    assert effects.set_index("driver")["change_usd"].round(9)["mix"] == 8
    assert effects.query("driver != 'mix'")["change_usd"].round(9).eq(0).all()


def test_the_order_of_rows_changes_no_bit() -> None:
    generator = np.random.default_rng(6)
    rows = [
        attempt(
            (EARLIER, LATER)[int(generator.integers(2))],
            use_case=str(generator.choice(["qa", "code", "search"])),
            model_name=str(generator.choice(["small", "large"])),
            retry_index=int(generator.integers(0, 3)),
            total_tokens=int(generator.integers(1, 999)),
            cost_usd=float(generator.random()),
        )
        for _ in range(300)
    ]
    shuffled = [rows[place] for place in generator.permutation(len(rows))]
    one, other = (
        drivers_of(order).sort_values(["comparison", "driver"], ignore_index=True)
        for order in (rows, shuffled)
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)
